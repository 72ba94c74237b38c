import type { Mutant } from './mutant.js';

/** Groups of windows, which lie in pages. */
export const pages: readonly Mutant[] = [
  {
    name: 'of merged groups only new ones are written',
    file: 'state/tables/mergedGroups.js',
    edits: [['yield* this.again;', '']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'of a window only the first page is read',
    file: 'state/tables/pagedTable.js',
    edits: [['page = pages.find(time, at.pages)', 'page = undefined']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a window that left memory finds its pages empty',
    file: 'state/tables/pagedTable.js',
    edits: [['this.below.pages.forgetAt(time);', '']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a window that is moved out of its pages leaves no mark',
    file: 'state/tables/pagedTable.js',
    edits: [['pages.insert(time, 0, null);', '']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a window that is written anew has only what has changed',
    file: 'state/tables/pagedTable.js',
    edits: [['isAnew ? front.presentAt(time) : changed', 'changed']],
    suite: 'simulate',
    runs: 12000,
  },
  {
    name: 'of a window that is written anew old pages stay',
    file: 'state/tables/pagedTable.js',
    edits: [['no < at.pages', 'no < 1']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'of a window an older page counts',
    file: 'state/tables/timedMapTable.js',
    edits: [['found.value = value;', ';']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a state from before pages counts as empty',
    file: 'state/tables/pagedTable.js',
    edits: [['pages.size === 0 && single.size > 0', 'false']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a window that is moved out is looked for where it was',
    file: 'state/tables/pagedTable.js',
    edits: [
      [
        '        this.shrunk.delete(time);\n        this.lastTime = Number.NaN;',
        '        this.shrunk.delete(time);',
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'where memory is short a window leaves it that has changed',
    file: 'state/tables/pagedTable.js',
    edits: [['!changed.has(time)', 'true']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'windows that were moved out do not come when they are due',
    file: 'state/tables/pagedTable.js',
    edits: [['this.singleIsDue = true', 'this.singleIsDue = false']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'pages of windows that are over stay',
    file: 'state/tables/pagedTable.js',
    edits: [['of pages.takeDue(upTo)', 'of []']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a window that a commit has dropped counts as loaded',
    file: 'state/tables/timedMapTable.js',
    edits: [['if (time <= this.loadedUpTo)', 'if (false)']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'the number of groups in pages is not written again',
    file: 'state/tables/pagedTable.js',
    edits: [['count.touch(entry);', '']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'a row takes a group that an earlier turn has changed for one that this turn has',
    file: 'state/tables/timedMapTable.js',
    edits: [
      [
        'this.log.isFirstTurn ? this.bucketAt(time)?.changedEntries() : undefined',
        'this.bucketAt(time)?.changedEntries()',
      ],
    ],
    suite: 'simulate',
    runs: 12000,
  },
  {
    name: 'a row takes a group that an earlier batch has changed for one that this batch has',
    file: 'state/tables/changedIn.js',
    edits: [
      ['return entry !== undefined && isChanged(entry) ? entry : undefined;', 'return entry;'],
    ],
    suite: 'simulate',
    runs: 4000,
  },
];
