import { describe, expect, it } from 'vitest';
import { runs } from '../../test/browser/runs.ts';
import { renderReport } from './html.ts';

const template =
  '<title><!--metron:title--></title><p><!--metron:summary--></p><script type="application/json" id="run">"metron:data"</script>';

const dataOf = (html: string) => JSON.parse(/id="run">([\s\S]*)<\/script>$/.exec(html)?.[1] ?? '');

describe('renderReport', () => {
  it('carries the whole model as data', () => {
    const data = dataOf(renderReport(runs.good(), template));
    expect(data.model.schema).toBe('metron.report/1');
    expect(data.total).toBe(600);
  });

  it('lets no string of the run open or close a tag', () => {
    const input = runs.allFailed();
    const name = '</title><script>alert(1)</script>&"\u2028';
    const html = renderReport({ ...input, manifest: { ...input.manifest, name } }, template);
    expect(html.match(/<script/g)?.length).toBe(1);
    expect(html.match(/<\/script/g)?.length).toBe(1);
    expect(html).toContain('&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;');
    expect(dataOf(html).model.name).toBe(name);
  });

  it('does not take a run’s words for its own slots', () => {
    const input = runs.good();
    const name = '<!--metron:summary--> "metron:data" $& $1';
    const html = renderReport({ ...input, manifest: { ...input.manifest, name } }, template);
    expect(dataOf(html).model.name).toBe(name);
    expect(html).toContain(
      '<title>metron report: &lt;!--metron:summary--&gt; &quot;metron:data&quot; $&amp; $1</title>',
    );
  });

  it('stays under 1 MB with the longest words and timelines', () => {
    const input = runs.bad();
    const long = '\u2028<ü>'.repeat(4000);
    const records = input.records.map((record) => ({ ...record, text: long }));
    const html = renderReport({ ...input, records }, `${template}${' '.repeat(200_000)}`);
    expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
  });
});
