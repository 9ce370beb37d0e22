import { Help } from 'commander';

/** Widest term that has its description beside it. */
const widest = 28;

/** Help that reads at 80 columns: a longer term has a line to itself, its description beneath. */
export const helpLayout: Partial<Help> = {
  padWidth: (command, helper) => Math.min(widest, Help.prototype.padWidth.call(helper, command, helper)),
  formatItem(term, width, description, helper) {
    const item = (own: string): string => Help.prototype.formatItem.call(helper, own, width, description, helper);
    return helper.displayWidth(term) <= width ? item(term) : `  ${term}\n${item('')}`;
  },
};
