/** The part of the library's types that this project uses. */
export interface Bitmap2D {
  /** Modules along one side. */
  readonly size: number;
  /** Whether a module is dark; outside: false. */
  get(x: number, y: number): boolean;
}
export const correction: Readonly<Record<"L" | "M" | "Q" | "H", number>>;
export function generate(data: string, options?: { minCorrectionLevel?: number }): Bitmap2D;
