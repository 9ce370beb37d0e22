import type { PageData } from '../src/plots/page-data.ts';
import { find } from './dom.ts';
import { ReportPage } from './report-page.ts';

const data = JSON.parse(find('run').textContent ?? '') as PageData;
new ReportPage(data).mount(find('page'));
