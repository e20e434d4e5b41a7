/** The part of the library's types that this project uses. */
export interface EndOptions {
  cap?: boolean;
  taper?: number | boolean;
  easing?: (share: number) => number;
}
export interface StrokeOptions {
  size?: number;
  thinning?: number;
  smoothing?: number;
  streamline?: number;
  easing?: (pressure: number) => number;
  simulatePressure?: boolean;
  start?: EndOptions;
  end?: EndOptions;
  last?: boolean;
}
export function getStroke(points: number[][], options?: StrokeOptions): [number, number][];
