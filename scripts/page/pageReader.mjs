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

/** The lines of a table as texts, all pages of it. */
export async function resultRows(page) {
  await page.select('#result .titlebar select', '500');
  const rows = [];
  for (;;) {
    rows.push(...(await tableRows(page, '#result')));
    const [, next] = await page.$$('#result .titlebar button');
    if (await next.evaluate((button) => button.disabled)) break;
    await next.click();
  }
  return rows;
}

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
