// Reads the files of `tokenlife log export LOG --parquet DIR` by two readers that know nothing of
// their writer, and compares every value of every row with what `tokenlife log sql` says.
// Usage: compare.mjs PROGRAM LOG DIR [PAGE]: with the questions of a page besides. Prints what it compared; a difference ends it, exit status 1.
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [program, log, folder, page] = process.argv.slice(2);
const tokenlife = (...given) =>
  execFileSync(program, given, { encoding: 'utf8', maxBuffer: 2 ** 30 });

function same(what, got, expected) {
  if (got === expected) return;
  console.log(`${what}\n  is        ${got}\n  should be ${expected}`);
  process.exit(1);
}

// ---- What there should be ----------------------------------------------------------------------

const tables = JSON.parse(tokenlife('log', 'schema', '--json')).tables;
// A site's journal has no clients.
const written = new Set(readdirSync(folder));

function expectedRows(table) {
  const lines = tokenlife('log', 'sql', log, `select * from ${table}`, '--format', 'jsonl');
  return lines.split('\n').slice(0, -1).map((line) => JSON.parse(line));
}

// What is of the site comes before clients.
function filesOf(table) {
  const files = readdirSync(join(folder, table)).sort();
  const first = files.indexOf('site.parquet');
  if (first >= 0) files.unshift(...files.splice(first, 1));
  return files.map((file) => join(folder, table, file));
}

// ---- Values as SQL has them --------------------------------------------------------------------

const seconds = new Map();
function second(milliseconds) {
  let text = seconds.get(milliseconds);
  if (text === undefined) {
    text = new Date(milliseconds).toISOString().replace('.000Z', 'Z');
    seconds.set(milliseconds, text);
  }
  return text;
}

// As hyparquet gives them.
function plain(value, unit) {
  if (value === null || value === undefined) return null;
  if (unit === 'time') return second(value.getTime());
  if (unit === 'date') return second(value.getTime()).slice(0, 10);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'bigint' ? Number(value) : value;
}

// As DuckDB gives them.
function plainOfDuckDb(value, unit) {
  if (value === null) return null;
  if (unit === 'time') return second(Number(value.micros / 1000n));
  if (unit === 'date') return second(value.days * 86_400_000).slice(0, 10);
  return plain(value, '');
}

// ---- The readers -------------------------------------------------------------------------------

function bufferOf(file) {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

let groupsMost = 0;
// How many values are null, and between which they are, as the file says and as they are.
function checkStatistics(file, metadata, columns, rows) {
  let first = 0;
  for (const group of metadata.row_groups) {
    const its = rows.slice(first, (first += Number(group.num_rows)));
    columns.forEach(({ name, unit }, i) => {
      const values = its.map((row) => plain(row[name], unit)).filter((value) => value !== null);
      const { null_count, min_value, max_value } = group.columns[i].meta_data.statistics;
      same(`${file}: nulls of ${name}`, Number(null_count), its.length - values.length);
      if (min_value === undefined) return;
      // Of texts the order is that of their bytes.
      const order = (a, b) =>
        typeof a === 'number' ? a - b : Buffer.compare(Buffer.from(a), Buffer.from(b));
      const [least, ...others] = [...new Set(values)].sort(order);
      const greatest = others.pop() ?? least;
      same(`${file}: the least ${name}`, plain(min_value, unit), least);
      same(`${file}: the greatest ${name}`, plain(max_value, unit), greatest);
    });
  }
}

// Rows as arrays.
async function hyparquetRows(table) {
  const all = [];
  for (const path of filesOf(table.name)) {
    const file = bufferOf(path);
    const metadata = parquetMetadata(file);
    const rows = await parquetReadObjects({ file, metadata, compressors });
    same(`${path}: rows`, rows.length, Number(metadata.num_rows));
    groupsMost = Math.max(groupsMost, metadata.row_groups.length);
    checkStatistics(path, metadata, table.columns, rows);
    for (const row of rows) all.push(table.columns.map(({ name, unit }) => plain(row[name], unit)));
  }
  return all;
}

const duckDb = await (await DuckDBInstance.create(':memory:')).connect();
const listOf = (table) => `read_parquet([${filesOf(table).map((path) => `'${path}'`).join(', ')}])`;

async function duckDbRows(table) {
  const reader = await duckDb.runAndReadAll(`select * from ${listOf(table.name)}`);
  same(`${table.name}: columns`, reader.columnNames().join(),
       table.columns.map(({ name }) => name).join());
  return reader.getRows().map((row) =>
    table.columns.map(({ unit }, i) => plainOfDuckDb(row[i], unit)));
}

// ---- All of it ---------------------------------------------------------------------------------

const rowsOf = new Map();
for (const table of tables) {
  if (!written.has(table.name)) continue;
  const expected = expectedRows(table.name);
  rowsOf.set(table.name, expected);
  for (const [reader, read] of [['hyparquet', hyparquetRows], ['DuckDB', duckDbRows]]) {
    const rows = await read(table);
    same(`${table.name}: rows by ${reader}`, rows.length, expected.length);
    rows.forEach((row, i) => table.columns.forEach(({ name }, column) => {
      if (row[column] === expected[i][name]) return;
      same(`${table.name}: ${name} of row ${i} by ${reader}`, row[column], expected[i][name]);
    }));
  }
}
same('tables', [...rowsOf.keys()].sort().join(), [...written].sort().join());

// DuckDB leaves out what by a file's statistics cannot be meant: nothing that is.
async function counted(condition) {
  const answer = await duckDb.runAndReadAll(`select count(*) from ${listOf('events')} where ${condition}`);
  return Number(answer.getRows()[0][0]);
}
const events = rowsOf.get('events');
for (const event of [events[0], events[events.length >> 1], events[events.length - 1]]) {
  const { time, cause, client } = event;
  same(`events at ${time}`, await counted(`time = timestamptz '${time}'`),
       events.filter((other) => other.time === time).length);
  same(`events by ${cause}`, await counted(`cause = '${cause}'`),
       events.filter((other) => other.cause === cause).length);
  same(`events of ${client}`, await counted(client === null ? 'client is null' : `client = ${client}`),
       events.filter((other) => other.client === client).length);
}
// And as the program counts without tables.
const byKind = await duckDb.runAndReadAll(
  `select kind, count(*) from ${listOf('events')} group by kind order by kind`);
same('events by kind',
     'kind,count\n' + byKind.getRows().map((row) => row.join() + '\n').join(''),
     tokenlife('events', log, '--format', 'csv', '--count-by', 'kind'));

// Statements are what ends in a semicolon. Each has rows.
const questions = page ? readFileSync(page, 'utf8').match(/^    (select|set) .*;$/gm) : [];
for (const question of questions) {
  const asked = question.replaceAll("'fleet.parquet/", `'${folder}/`)
    .replaceAll("'*.parquet/", `'${folder}/`);
  const rows = (await duckDb.runAndReadAll(asked)).getRows();
  if (asked.includes('set TimeZone') || rows.length > 0) continue;
  same(question, 'no row', 'some rows');
}

const sizes = [...rowsOf].map(([name, rows]) => `${name} ${rows.length}`).join(', ');
console.log(`${sizes}; row groups in a file: up to ${groupsMost}`);
