import { paint } from '../../lib/terminal/paint.js';
import { screenOf } from '../../lib/terminal/screen.js';

function recorded(out: { isTTY?: boolean; columns?: number; rows?: number }, env = {}) {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const screen = screenOf({ ...out, write }, env);
  return { screen, text: () => text };
}

describe('screenOf', () => {
  it('draws over what it drew before', () => {
    const { screen, text } = recorded({ isTTY: true, columns: 80, rows: 24 });
    screen.draw(['a', 'b'], 'plain');
    screen.draw(['c']);
    expect(text()).toBe('a\u001b[K\nb\u001b[K\n\u001b[J\u001b[2Fc\u001b[K\n\u001b[J');
  });

  it('keeps logged lines above what is drawn', () => {
    const { screen, text } = recorded({ isTTY: true });
    screen.draw(['bar']);
    screen.log('note');
    expect(text().endsWith('\u001b[1Fnote\u001b[K\nbar\u001b[K\n\u001b[J')).toBe(true);
  });

  it('leaves what is drawn at the end', () => {
    const { screen, text } = recorded({ isTTY: true });
    screen.draw(['a']);
    screen.end();
    screen.draw(['b']);
    expect(text()).toBe('a\u001b[K\n\u001b[Jb\u001b[K\n\u001b[J');
  });

  it('draws no more lines than the terminal has', () => {
    const { screen, text } = recorded({ isTTY: true, rows: 3 });
    screen.draw(['a', 'b', 'c', 'd']);
    expect(text()).toBe('a\u001b[K\nb\u001b[K\n\u001b[J');
  });

  it('writes plain lines, and only those, on anything but a TTY', () => {
    const { screen, text } = recorded({ columns: 200 });
    screen.draw(['a'], 'plain');
    screen.draw(['b']);
    screen.log('note');
    screen.end();
    expect(text()).toBe('plain\nnote\n');
    expect([screen.live, screen.colors, screen.columns]).toEqual([false, false, 80]);
  });

  it('is plain on a dumb terminal and colourless with NO_COLOR', () => {
    expect(recorded({ isTTY: true }, { TERM: 'dumb' }).screen.live).toBe(false);
    expect(recorded({ isTTY: true }, { NO_COLOR: '1' }).screen).toMatchObject({
      live: true,
      colors: false,
    });
    expect(recorded({ isTTY: true }, { NO_COLOR: '' }).screen.colors).toBe(true);
  });

  it('reads the size of the terminal anew', () => {
    const out = { isTTY: true, columns: 100, rows: 50, write: () => undefined };
    const screen = screenOf(out, {});
    out.columns = 60;
    out.rows = 0;
    expect([screen.columns, screen.rows]).toEqual([60, 24]);
  });
});

describe('paint', () => {
  it('adds nothing where colours are off, or to nothing', () => {
    expect(paint('a', 'red', false)).toBe('a');
    expect(paint('', 'red', true)).toBe('');
    expect(paint('a', 'red', true)).toBe('\u001b[31ma\u001b[39m');
  });
});
