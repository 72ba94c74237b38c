import { shown } from '../../options/optionValues.js';

/** An option of the file sink that lists columns. Throws TypeError or RangeError naming it. */
export function columnNames(
  option: 'columns' | 'partitionBy',
  names: readonly string[],
): readonly string[] {
  if (!Array.isArray(names)) {
    throw new TypeError(
      `fileSink: ${option} is a list of names, ['time', 'n'], not ${shown(names)}`,
    );
  }
  for (const name of names) {
    if (typeof name === 'string' && name !== '') continue;
    throw new TypeError(`fileSink: ${option} takes names of columns, not ${shown(name)}`);
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new RangeError(`fileSink: ${option} names ${twice} twice`);
  return names;
}
