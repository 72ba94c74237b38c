import { EventEmitter } from 'node:events';
import { EventClient } from '../../lib/page/eventClient.js';

/** A response whose reader takes nothing until told. */
class SlowResponse extends EventEmitter {
  readonly written: string[] = [];
  free = true;
  timeOut: () => void = () => undefined;
  setTimeout(_ms: number, timeOut: () => void): this {
    this.timeOut = timeOut;
    return this;
  }
  writeHead(): this {
    return this;
  }
  write(text: string): boolean {
    this.written.push(text);
    return this.free;
  }
}

function clientOf(response: SlowResponse, snapshot = () => 'all') {
  return new EventClient(response as never, snapshot);
}

describe('an open page', () => {
  it('gets every event while it keeps up', () => {
    const response = new SlowResponse();
    const client = clientOf(response);
    client.send('a');
    client.send('b');
    expect(response.written).toEqual(['a', 'b']);
  });

  it('that is slow gets nothing more until it has caught up, then everything as it is', () => {
    const response = new SlowResponse();
    const client = clientOf(response, () => 'all');
    response.free = false;
    client.send('a');
    for (let i = 0; i < 10_000; i++) client.send('news');
    expect(response.written).toEqual(['a']); // whatever happens, one event waits
    response.free = true;
    response.emit('drain');
    expect(response.written).toEqual(['a', 'all']);
    client.send('b');
    expect(response.written).toEqual(['a', 'all', 'b']);
  });

  it('gets a sign of life when nothing has happened for a while, unless it is behind', () => {
    const response = new SlowResponse();
    const client = clientOf(response);
    response.timeOut();
    expect(response.written).toEqual([':\n\n']);
    response.free = false;
    client.send('a');
    response.timeOut();
    response.emit('drain');
    expect(response.written).toEqual([':\n\n', 'a']);
  });

  it('that missed nothing is told nothing twice', () => {
    const response = new SlowResponse();
    const client = clientOf(response);
    response.free = false;
    client.send('a');
    response.emit('drain');
    expect(response.written).toEqual(['a']);
  });
});
