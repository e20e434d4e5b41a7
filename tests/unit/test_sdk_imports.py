"""How the modules of the SDK depend on each other."""

from __future__ import annotations

import grimp


def test_no_module_imports_a_module_that_imports_it() -> None:
    graph = grimp.build_graph("jielong", exclude_type_checking_imports=False, cache_dir=None)
    cycles = [
        f"{importer} and {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if graph.chain_exists(importer=imported, imported=importer)
    ]
    assert not cycles
