/** Options of Spark's readers and writers that have another name here. */
const renamed: Readonly<Record<string, string>> = {
  codec: 'compression',
  delimiter: 'sep',
  recursivefilelookup: 'recursive',
  samplingratio: 'sampleRows',
};

const utf8 = 'files are UTF-8, convert others first';
const asItIs = 'cells are taken as they are: declare the column STRING, and convert it with select';
const strictJson = 'lines are JSON as RFC 8259 has it: mend what writes them';
const lineEnds = 'lines end in \\n or \\r\\n';
const eachLine = 'each line is a record';
const toWriteStream = 'give it to writeStream';
const everyFile = 'a file that is missing or damaged fails the batch';
const someFiles = 'give the path as a glob, or the files a folder of their own';

/** Those that there are not, and what to do instead; in lower case, as Spark's names have no case. */
const missing: Readonly<Record<string, string>> = {
  allowbackslashescapinganycharacter: strictJson,
  allowcomments: strictJson,
  allownonnumericnumbers: 'write NaN and the infinities in quotes',
  allownumericleadingzeros: strictJson,
  allowsinglequotes: strictJson,
  allowunquotedcontrolchars: strictJson,
  allowunquotedfieldnames: strictJson,
  charset: utf8,
  checkpointlocation: toWriteStream,
  comment: 'no line is skipped, take comments out of the files first',
  compression: 'files are unpacked where their name ends in .gz, and written as they are',
  emptyvalue: asItIs,
  encoding: utf8,
  ignorecorruptfiles: everyFile,
  ignoreleadingwhitespace: asItIs,
  ignoremissingfiles: everyFile,
  ignoretrailingwhitespace: asItIs,
  inferschema: 'look at the schema once with schemaOf, and write it down',
  linesep: lineEnds,
  locale: 'names of months and days are English',
  maxcharspercolumn: 'maxLineBytes bounds the whole record',
  mergeschema: 'give a schema: a column that a file does not have is null',
  modifiedafter: someFiles,
  modifiedbefore: someFiles,
  multiline: eachLine,
  nanvalue: asItIs,
  negativeinf: asItIs,
  numpartitions: 'a query runs in one process',
  outputmode: toWriteStream,
  path: 'the path is the first argument',
  pathglobfilter: someFiles,
  positiveinf: asItIs,
  prefersdecimal: 'declare the column DECIMAL',
  primitivesasstring: 'declare the columns STRING',
  queryname: toWriteStream,
  timestampntzformat:
    'there is no TIMESTAMP_NTZ, declare the column TIMESTAMP and give timestampFormat',
  trigger: toWriteStream,
  wholetext: eachLine,
};

/** What to do instead of an option of Spark; undefined if it has none of that name. */
export function sparkOption(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const here = Object.hasOwn(renamed, lower) ? renamed[lower] : undefined;
  if (here !== undefined && known.includes(here)) return `Spark's ${name} is ${here} here`;
  return Object.hasOwn(missing, lower) ? missing[lower] : undefined;
}
