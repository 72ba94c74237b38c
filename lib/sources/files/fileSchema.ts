import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import type { FileToRead } from './fileFormat.js';
import { type PartitionColumns, partitionColumns } from './partitionColumns.js';

/** What of a schema comes from the records of a file, and what from its path. */
export interface FileColumns<Rules> {
  /** For the columns that the records have. */
  readonly rules: Rules;
  /** Every column in the order of rows, with the values of the path; undefined if it has none. */
  readonly blank: AnyRow | undefined;
}

/**
 * Splits a schema by the `key=value` directories of files: a column that is in the path is not looked
 * for in the records. `rulesOf` is asked once for each set of directories, with the columns that the
 * records have and all columns of the rows.
 */
export class FileSchema<Rules> {
  private readonly partitions: PartitionColumns;
  private readonly known = new Map<string, Rules>();

  constructor(
    source: string,
    private readonly schema: StructType,
    options: ConvertOptions,
    private readonly rulesOf: (own: StructType, columns: readonly string[]) => Rules,
  ) {
    this.partitions = partitionColumns(source, schema, options);
    this.rulesFor([]); // what is wrong with the schema shows when the source is built
  }

  columnsOf(file: FileToRead): FileColumns<Rules> {
    const names = this.partitions.namesOf(file);
    const rules = this.rulesFor(names);
    if (names.length === 0) return { rules, blank: undefined };
    const columns = this.schema.fields.map((field): [string, unknown] => [field.name, null]);
    return {
      rules,
      blank: { ...Object.fromEntries(columns), ...this.partitions.valuesOf(file) },
    };
  }

  /** Of the rows, in their order. */
  private columnsWith(names: readonly string[]): readonly string[] {
    return [...new Set([...this.schema.fields.map((field) => field.name), ...names])];
  }

  private rulesFor(names: readonly string[]): Rules {
    const key = JSON.stringify(names);
    let rules = this.known.get(key);
    if (rules === undefined) {
      const fields = this.schema.fields.filter((field) => !names.includes(field.name));
      rules = this.rulesOf({ type: 'struct', fields }, this.columnsWith(names));
      this.known.set(key, rules);
    }
    return rules;
  }
}
