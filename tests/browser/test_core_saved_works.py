"""client/js/saved-works: the works that a browser remembers."""

from __future__ import annotations

from tests.browser.conftest import Core


async def test_works_are_remembered_newest_first_and_once(core: Core) -> None:
    works, read = await core(
        """async () => {
          const { addWorks, parseWorks } = await import("/client/js/saved-works.js");
          const work = (id, text, at) => ({ work: id, url: `/w/${id}`, serial: 1, text, at });
          let works = addWorks([], [work("a", "", 1), work("b", "加油", 2)]);
          works = addWorks(works, [work("b", "", 9), work("a", "天天", 9)]);
          return [works.map(({ work, text, at }) => [work, text, at]), parseWorks("no json")];
        }"""
    )
    assert works == [["a", "天天", 1], ["b", "加油", 2]]
    assert read == []


async def test_works_are_remembered_by_a_page_whose_storage_loses_them(core: Core) -> None:
    works = await core(
        """async () => {
          const { SavedWorks } = await import("/client/js/saved-works.js");
          const saved = new SavedWorks({ get: () => null, set: () => {} });
          const work = (id, text) => ({ work: id, url: `/w/${id}`, serial: 1, text, at: 1 });
          saved.add([work("a", "")]);
          saved.add([work("b", "加油")]);
          saved.add([work("a", "天天")]);
          return saved.all.map(({ work, text }) => [work, text]);
        }"""
    )
    assert works == [["a", "天天"], ["b", "加油"]]
