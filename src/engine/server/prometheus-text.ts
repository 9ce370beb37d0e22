import type { Histogram } from './histogram.ts';

type Labels = Readonly<Record<string, string>>;

/** Collects metrics in Prometheus' text format, with the same labels on each. */
export class PrometheusText {
  readonly #labels: Labels;
  readonly #lines: string[] = [];

  constructor(labels: Labels) {
    this.#labels = labels;
  }

  value(name: string, type: string, help: string, value: number): void {
    this.#head(name, type, help);
    this.#sample(name, {}, value);
  }

  values(name: string, type: string, help: string, label: string, values: ReadonlyMap<string, number>): void {
    this.#head(name, type, help);
    for (const [key, value] of values) this.#sample(name, { [label]: key }, value);
  }

  /** A gauge that is always 1 and speaks by its labels. */
  info(name: string, help: string, labels: Labels): void {
    this.#head(name, 'gauge', help);
    this.#sample(name, labels, 1);
  }

  histogram(name: string, help: string, histogram: Histogram): void {
    this.#head(name, 'histogram', help);
    histogram.cumulative().forEach((count, i) => {
      this.#sample(`${name}_bucket`, { le: String(histogram.bounds[i] ?? '+Inf') }, count);
    });
    this.#sample(`${name}_sum`, {}, histogram.sum);
    this.#sample(`${name}_count`, {}, histogram.count);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #head(name: string, type: string, help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  #sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries({ ...this.#labels, ...labels }).map(([key, text]) => `${key}="${escaped(text)}"`);
    this.#lines.push(`${name}{${pairs.join(',')}} ${value}`);
  }
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
