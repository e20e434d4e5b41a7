/**
 * Size, colours and fonts of the posters of the page and of the mini-program.
 */

export const WIDTH = 1080;
export const HEIGHT = 1440;

export const PAPER = "#f1e7d3";
export const PAPER_LIGHT = "#fbf6ea";
export const INK = "#201a15";
export const INK_SOFT = "#6b5d4c";
export const CINNABAR = "#b3321f";
export const KAI = "'Kaiti SC','STKaiti','KaiTi','BiauKai','LXGW WenKai','AR PL UKai CN','Songti SC','Noto Serif CJK SC','Noto Serif SC',serif";
export const SONG = "'Songti SC','Noto Serif CJK SC','Noto Serif SC','Source Han Serif SC','STSong','SimSun',serif";
