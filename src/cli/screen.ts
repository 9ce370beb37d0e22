const narrowest = 60;
const widest = 100;

/** What standard output can show: colour on a terminal that wants it, and its width within reason. */
export const screen = (): { readonly color: boolean; readonly width: number } => ({
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
  width: Math.min(widest, Math.max(narrowest, process.stdout.columns ?? 80)),
});
