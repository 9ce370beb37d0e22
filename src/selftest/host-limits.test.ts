import { describe, expect, it } from 'vitest';
import { MetronError } from '../core/errors.ts';
import { expectRoomFor, hostLimits } from './host-limits.ts';

const roomy = { files: 20_000, ports: 28_000, memory_bytes: 8e9 };

function refusal(connections: number, limits: Partial<typeof roomy>, tokensEach = 0): MetronError {
  try {
    expectRoomFor({ connections, tokensEach }, { ...roomy, ...limits });
  } catch (cause) {
    if (cause instanceof MetronError) return cause;
  }
  throw new Error('not refused');
}

describe('room for connections', () => {
  it('lets through what fits', () => {
    expect(() => expectRoomFor({ connections: 10_000, tokensEach: 1000 }, roomy)).not.toThrow();
    expect(() => expectRoomFor({ connections: 10_000, tokensEach: 0 }, { memory_bytes: 8e9 })).not.toThrow();
  });

  it('refuses what does not, with the number needed, as bad input', () => {
    const files = refusal(5000, { files: 1024 });
    expect(files).toMatchObject({ code: 'TOO_FEW_FILES', exitCode: 2 });
    expect(files.message).toContain('5100');
    const ports = refusal(40_000, { files: 1e6 });
    expect(ports).toMatchObject({ code: 'TOO_FEW_PORTS', exitCode: 2 });
    expect(ports.message).toContain('40000');
    const memory = refusal(10_000, { memory_bytes: 1e6 });
    expect(memory).toMatchObject({ code: 'TOO_LITTLE_MEMORY', exitCode: 2 });
    expect(memory.message).toContain('157 MiB');
    expect(refusal(1000, { memory_bytes: 1e9 }, 100_000).message).toContain('2305 MiB');
  });

  it('reads the limits of this machine', () => {
    const { files, ports, memory_bytes } = hostLimits();
    expect(memory_bytes).toBeGreaterThan(1e6);
    for (const limit of [files, ports]) if (limit !== undefined) expect(limit).toBeGreaterThan(100);
  });
});
