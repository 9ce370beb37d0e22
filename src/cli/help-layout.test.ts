import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { helpLayout } from './help-layout.ts';

const help = new Command('verb')
  .configureHelp({ ...helpLayout, helpWidth: 80 })
  .option('--rate <number>', 'requests per second, on average')
  .option('--protocol <openai-chat|openai-completions>', `how to talk to the server, ${'at length, '.repeat(12)}`)
  .helpInformation();

describe('help', () => {
  it('stays within 80 columns, however long a flag is', () => {
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has the description beside a short flag and beneath a long one', () => {
    expect(help).toMatch(/^ {2}--rate <number> {2,}requests per second/m);
    expect(help).toMatch(/^ {2}--protocol <openai-chat\|openai-completions>\n {20,}how to talk/m);
  });
});
