import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import { type BadRecordMode, BadRecords } from './badRecords.js';
import { FileSchema } from './fileSchema.js';
import { type AheadOptions, JsonAhead } from './jsonAhead.js';
import { JsonLineDecoder, jsonRules } from './jsonLines.js';
import { skipBlanks } from './jsonSkip.js';
import { LineFormat } from './lineFormat.js';

export interface JsonFormatOptions {
  readonly source: string;
  readonly schema: StructType;
  readonly convert: ConvertOptions;
  readonly maxLineBytes: number;
  readonly mode: BadRecordMode | undefined;
  readonly blockBytes?: number;
  /** Whether and how another thread decodes. Default: none does. */
  readonly ahead?: AheadOptions | undefined;
}

/** Every line that is not blank is a JSON object. */
export function jsonFormat(options: JsonFormatOptions): LineFormat<AnyRow> {
  const { source, schema, convert, maxLineBytes, mode, blockBytes, ahead } = options;
  const columns = new FileSchema(source, schema, convert, (own, all) =>
    jsonRules(own, convert, all),
  );
  return new LineFormat<AnyRow>({
    kind: 'json',
    source,
    maxLineBytes,
    ...(blockBytes === undefined ? {} : { blockBytes }),
    header: false,
    ...(ahead && {
      ahead: () => new JsonAhead(source, convert, (file) => columns.columnsOf(file).rules, ahead),
    }),
    isRecord: (bytes, start, end) => skipBlanks(bytes, start) < end,
    begin: async (file, from, report) => {
      const { rules, blank } = columns.columnsOf(file);
      const bad = new BadRecords<AnyRow>(source, file.path, mode, report);
      return new JsonLineDecoder(rules, blank, from.row, bad);
    },
  });
}
