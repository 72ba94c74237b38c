/** What a page shows, read from its document. */

/** The figures in the tiles, exactly: attribute `value`. */
export function tiles(page) {
  return page.$$eval('#figures .tile', (all) =>
    Object.fromEntries(
      all.map((tile) => [
        tile.querySelector('h2').textContent,
        {
          value: tile.querySelector('data').value,
          text: tile.querySelector('data').textContent,
          note: tile.querySelector('p.muted').textContent,
        },
      ]),
    ),
  );
}

/** `value` of newest event and watermark: the texts of progress. */
export function times(page) {
  return page.$$eval('#time data', ([newest, watermark]) => ({
    newest: newest.value,
    watermark: watermark.value,
  }));
}

/** The lines of the result as texts, all pages of it, read in one go: nothing changes meanwhile. */
export function resultRows(page) {
  return page.$eval('#result', (section) => {
    const size = section.querySelector('.titlebar select');
    size.value = '500';
    size.dispatchEvent(new Event('change'));
    const [, next] = section.querySelectorAll('.titlebar button');
    const rows = [];
    for (;;) {
      for (const line of section.querySelectorAll('.scroll tbody tr')) {
        rows.push([...line.children].map((cell) => cell.textContent));
      }
      if (next.disabled) return rows;
      next.click();
    }
  });
}

/** The lines of another table. */
export function tableRows(page, section) {
  return page.$$eval(`${section} .scroll tbody tr`, (lines) =>
    lines.map((line) => [...line.children].map((cell) => cell.textContent)),
  );
}

export const text = (page, selector) =>
  page.$eval(selector, (element) => element.textContent.trim());

/** The box of an operator in the plan, as its lines of text. */
export function planBox(page, id) {
  return page.$eval(`#plan [data-id="${id}"]`, (box) =>
    [...box.querySelectorAll('text')].map((line) => line.textContent),
  );
}
