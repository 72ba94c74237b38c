import { existsSync, mkdirSync } from 'node:fs';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

/**
 * Compares the public surface of dist with the reports in etc/, or writes them with --local.
 *
 *   npm run build && node scripts/apiReports.mjs [--local]
 */
const local = process.argv.includes('--local');
const entries = [
  ['millrace', 'dist/index.d.ts'],
  ['millrace-testing', 'dist/lib/testing/index.d.ts'],
  ['millrace-parquet', 'dist/lib/parquet/index.d.ts'],
];
mkdirSync('etc', { recursive: true });

let failed = false;
for (const [name, entry] of entries) {
  if (!existsSync(entry)) {
    console.error(`${entry} is missing: run npm run build first`);
    failed = true;
    continue;
  }
  const configObject = ExtractorConfig.loadFile('api-extractor.json');
  configObject.mainEntryPointFilePath = `<projectFolder>/${entry}`;
  configObject.apiReport.reportFileName = name;
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: `${process.cwd()}/api-extractor.json`,
    packageJsonFullPath: `${process.cwd()}/package.json`,
  });
  const result = Extractor.invoke(config, { localBuild: local, showVerboseMessages: false });
  if (result.errorCount > 0 || (!local && result.apiReportChanged)) {
    console.error(
      `etc/${name}.api.md is not the surface of ${entry}: run npm run api, read the diff`,
    );
    failed = true;
  }
}
process.exitCode = failed ? 1 : 0;
