import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expectAsInReadme } from './readmeOutput.js';
import { runSample } from './runSample.js';

const folder = 'samples/retail/data';

/** The same by a loop, in thousandths of a pound. */
function plainTotals() {
  const groups = new Set<string>();
  let [rows, thousandths] = [0, 0n];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.csv'))) {
    const records: readonly Record<string, string>[] = parse(readFileSync(join(folder, name)), {
      columns: true,
    });
    for (const { CustomerID, InvoiceDate, Quantity, UnitPrice = '' } of records) {
      rows += 1;
      groups.add(`${InvoiceDate?.slice(0, 10)} ${CustomerID}`);
      const [pounds = '', rest = ''] = UnitPrice.split('.');
      thousandths += BigInt(pounds + rest.padEnd(3, '0')) * BigInt(Quantity ?? '');
    }
  }
  const digits = String(thousandths);
  return { rows, groups: groups.size, revenue: `${digits.slice(0, -3)}.${digits.slice(-3)}` };
}

describe('retail', () => {
  it('gives the exact revenue of each customer and day', async () => {
    const output = await runSample('retail');
    const { rows, groups, revenue } = plainTotals();
    expect(output).toContain(
      `${rows} rows, ${groups} groups of customer and day, revenue ${revenue}\n`,
    );
    expect(revenue).not.toMatch(/0$/); // prices have three decimals, and they count
    expectAsInReadme('retail', output);
  }, 30_000);
});
