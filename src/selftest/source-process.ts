import { type ChildProcess, fork } from 'node:child_process';
import { MetronError } from '../core/errors.ts';
import type { FromSource, SentStream, SourceOptions, StampedSource, ToSource } from './source-options.ts';

/** The stamped source in TypeScript, in a process of its own. */
export class SourceProcess implements StampedSource {
  readonly port: number;
  /** Sends by system calls of its own, not through Node's sockets. */
  readonly native: boolean;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, native: boolean) {
    this.#child = child;
    this.port = port;
    this.native = native;
  }

  static async start(options: SourceOptions): Promise<SourceProcess> {
    const child = fork(new URL('./stamped-source.js', import.meta.url), [JSON.stringify(options)], {
      serialization: 'advanced',
      execArgv: [],
    });
    const { port, native } = await answer(child, 'listening');
    return new SourceProcess(child, port, native);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async log(): Promise<readonly SentStream[]> {
    const log = answer(this.#child, 'log');
    this.#child.send('log' satisfies ToSource);
    return (await log).streams;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode !== null) return;
    this.#child.send('close' satisfies ToSource);
    await ended;
  }
}

function answer<Type extends FromSource['type']>(
  child: ChildProcess,
  type: Type,
): Promise<FromSource & { type: Type }> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromSource): void => {
      if (message.type !== type) return;
      forget();
      resolve(message as FromSource & { type: Type });
    };
    const onExit = (code: number | null): void => {
      forget();
      reject(new MetronError('SOURCE_FAILED', `the built-in source of the self-test ended with code ${code}`));
    };
    const forget = (): void => {
      child.off('message', onMessage).off('exit', onExit);
    };
    child.on('message', onMessage).on('exit', onExit);
  });
}
