#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from '../core/errors.ts';
import { version } from '../version.ts';
import { reportFailure } from './failure.ts';
import { helpLayout } from './help-layout.ts';
import type { Flag, Flags, Verb } from './verb.ts';
import { verbsFor } from './verbs.ts';

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** Heading of a plan's flags, by the first word of what they set. */
const headings: Readonly<Record<string, string>> = {
  target: 'Target:',
  load: 'Load:',
  workload: 'Prompts and answers:',
  phases: 'Phases:',
  limits: 'Limits:',
  score: 'Scoring:',
};

function addFlag(command: Command, { flag, help, repeatable, path, group }: Flag): void {
  const option = new Option(flag, help);
  if (repeatable) option.argParser(collect);
  if (group !== undefined) option.helpGroup(group);
  else if (path !== undefined) option.helpGroup(headings[path.split('.')[0] ?? ''] ?? 'Run:');
  command.addOption(option);
}

function addVerb(program: Command, verb: Verb): void {
  const command = program
    .command(verb.name)
    .summary(verb.summary)
    .description(verb.summary)
    .exitOverride()
    .showHelpAfterError(`(see metron ${verb.name} --help)`);
  if (verb.arguments) command.arguments(verb.arguments);
  for (const flag of verb.flags) addFlag(command, flag);
  command.addHelpText('after', `\nExamples:\n${verb.examples.map((line) => `  $ ${line}`).join('\n')}`);
  command.action(async (...all: unknown[]) => {
    const positional = command.args;
    const flags = command.opts<Flags>();
    void all;
    process.exitCode = await verb
      .main(positional, flags, command)
      .catch((cause: unknown) => reportFailure(cause, flags.json === true));
  });
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? exitCodes.ok);
});

const program = new Command('metron')
  .description('How well does an LLM inference system serve the people who read its tokens?')
  .version(version)
  .exitOverride()
  .configureHelp(helpLayout)
  .showSuggestionAfterError(true)
  .showHelpAfterError('(see metron --help)');
for (const verb of await verbsFor(process.argv[2])) addVerb(program, verb);

try {
  await program.parseAsync();
} catch (cause) {
  // Commander has printed its sentence already; help and version are no failure.
  if (cause instanceof CommanderError) process.exitCode = cause.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
  else process.exitCode = reportFailure(cause, process.argv.includes('--json'));
}
