import type { Page } from 'playwright-core';

/** What is wrong with a page, one sentence each; an empty list is a good page. */

export const sideways = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide on a screen of ${clientWidth} px`] : [];
  });

/** Every figure is drawn or says why not; every label stands inside its drawing and touches no other. */
export const figures = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const problems: string[] = [];
    for (const figure of document.querySelectorAll('figure')) {
      const plot = figure.querySelector('.plot');
      const title = figure.querySelector('h3')?.textContent ?? '';
      if (title.length < 5) problems.push(`${figure.id} has no finding`);
      if (plot?.classList.contains('empty') || plot?.classList.contains('single')) {
        if ((plot.textContent ?? '').length < 10) problems.push(`${figure.id} is empty without a word`);
        continue;
      }
      const svg = plot?.querySelector('svg');
      const box = svg?.getBoundingClientRect();
      if (!svg || !box || box.width < 200 || box.height < 60) {
        problems.push(`${figure.id} has no drawing`);
        continue;
      }
      const marks = [...svg.querySelectorAll('path, rect, circle')].filter(
        (mark) => !mark.closest('defs') && (mark.getAttribute('d') ?? 'x') !== '' && !mark.classList.contains('hit'),
      );
      if (marks.length === 0) problems.push(`${figure.id} has no marks`);
      if ((plot?.getAttribute('aria-label') ?? '').length < 20) problems.push(`${figure.id} has no sentence`);
      if (!/\d/.test(figure.querySelector('.note')?.textContent ?? '')) problems.push(`${figure.id} does not tell n`);
    }
    for (const svg of document.querySelectorAll('.plot svg, .hand svg, .gauge svg')) {
      const frame = svg.getBoundingClientRect();
      const name = svg.closest('figure')?.id ?? 'player';
      const boxes = [...svg.querySelectorAll('text')]
        .filter((text) => text.textContent !== '')
        .map((text) => ({ text: text.textContent ?? '', box: text.getBoundingClientRect() }));
      boxes.forEach(({ text, box }, i) => {
        if (
          box.left < frame.left - 2 ||
          box.right > frame.right + 2 ||
          box.top < frame.top - 3 ||
          box.bottom > frame.bottom + 3
        ) {
          problems.push(`${name}: "${text}" leaves its drawing`);
        }
        for (const other of boxes.slice(i + 1)) {
          const apart =
            box.right <= other.box.left + 0.5 ||
            box.left >= other.box.right - 0.5 ||
            // Line boxes are taller than letters.
            box.bottom - 3 <= other.box.top ||
            box.top >= other.box.bottom - 3;
          if (!apart) problems.push(`${name}: "${text}" overlaps "${other.text}"`);
        }
      });
    }
    return problems;
  });

/** No word that only a programmer would write. */
export const wording = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const text = [...document.querySelectorAll('main, footer')]
      .map((part) => {
        const copy = part.cloneNode(true) as Element;
        for (const command of copy.querySelectorAll('code')) command.remove();
        return copy.textContent ?? '';
      })
      .join(' ');
    const bad = ['undefined', 'NaN', 'Infinity', '[object', 'null', '--'].filter((word) => text.includes(word));
    return bad.map(
      (word) =>
        `the page says "${word}": …${text.slice(Math.max(0, text.indexOf(word) - 40), text.indexOf(word) + 40)}…`,
    );
  });

/** Text against what is behind it: 4.5, or 3 where it is large. */
export const contrast = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (color: string): number[] => {
      if (!context) return [0, 0, 0, 255];
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r = 0, g = 0, b = 0]: number[]): number => {
      const linear = [r, g, b].map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
    };
    const behind = (element: Element | null): number[] => {
      for (let each = element; each; each = each.parentElement) {
        const color = rgba(getComputedStyle(each).backgroundColor);
        if ((color[3] ?? 0) > 200) return color;
      }
      return rgba(getComputedStyle(document.body).backgroundColor);
    };
    const problems = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (
        !element ||
        (node.textContent ?? '').trim() === '' ||
        element.closest('script, noscript, .unseen, [hidden], option')
      )
        continue;
      const style = getComputedStyle(element);
      if (element.getClientRects().length === 0 || style.visibility === 'hidden') continue;
      const ink = rgba(element instanceof SVGElement ? style.fill : style.color);
      const [a, b] = [luminance(ink), luminance(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 600);
      if (ratio < (large ? 3 : 4.5)) {
        problems.add(
          `"${(node.textContent ?? '').trim().slice(0, 40)}" in ${element.tagName}.${element.getAttribute('class') ?? ''}: ${ratio.toFixed(2)}`,
        );
      }
    }
    return [...problems];
  });
