import type { AnalysisPage } from '../plots/analyses/document.ts';
import { pageData } from '../plots/page-data.ts';
import type { ReportInput } from '../plots/report-input.ts';
import { plain } from '../plots/words.ts';
import { builtPage, fillPage } from './page-template.ts';

/**
 * The report of a run as one HTML file: no network, no font, under 1 MB whatever the run's size.
 * Every string of the run is escaped or carried as data.
 */
export function renderReport(input: ReportInput, template: string = builtPage('report')): string {
  let page = '';
  for (const budget of timelineBudgets) {
    const data = pageData(input, budget);
    const { name, trust, answer } = data.model;
    page = fillPage(template, {
      title: `metron report: ${name}`,
      summary: [trust.label, ...trust.reasons, answer.sentence, ...answer.why.map(plain)].join(' '),
      data,
    });
    if (Buffer.byteLength(page) < largestPage) break;
  }
  return page;
}

const largestPage = 1_000_000;
/** Bytes of timelines to try: the rest of a page is small, unless names and messages are very long. */
const timelineBudgets = [450_000, 200_000, 50_000];

/** The page of a comparison, a search, a sweep or a profile: one file as well, and smaller. */
export function renderAnalysis(page: AnalysisPage, template: string = builtPage('analysis')): string {
  return fillPage(template, {
    title: `metron ${page.eyebrow[0]?.toLowerCase() ?? 'analysis'}: ${page.name}`,
    summary: [page.status.label, ...page.remarks, page.answer, ...page.why.map(plain)].join(' '),
    data: page,
  });
}
