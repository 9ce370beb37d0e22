import type { AnalysisPage } from '../src/plots/analyses/document.ts';
import { mountAnalysis } from './analysis-page.ts';
import { find } from './dom.ts';

mountAnalysis(JSON.parse(find('run').textContent ?? '') as AnalysisPage, find('page'));
