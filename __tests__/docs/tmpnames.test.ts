import { publicNames, examplesOf } from './publicNames.js';
it('lists', () => {
  const all = publicNames();
  const values = all.filter((n) => n.isValue);
  console.log('values', values.length, 'without example:', values.filter((n) => !n.doc || examplesOf(n.doc).length === 0).map((n) => `${n.name} (${n.file})`).join('\n'));
  const types = all.filter((n) => !n.isValue);
  console.log('types', types.length, 'without doc:', types.filter((n) => !n.doc).map((n) => `${n.name} (${n.file})`).join('\n'));
  console.log('examples', values.reduce((s, n) => s + (n.doc ? examplesOf(n.doc).length : 0), 0));
});
