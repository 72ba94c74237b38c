import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { queries } from '../../index.js';
import { expectAsInReadme } from './readmeOutput.js';
import { startSample } from './runSample.js';

/** What `nc -lk` is: lines go to whoever has connected. */
async function lineServer() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected: Promise<readonly Socket[]> = once(server, 'connection');
  return { port: (server.address() as AddressInfo).port, connected, close: () => server.close() };
}

describe('wordCount', () => {
  it('counts the words of lines as they come, until it is stopped', async () => {
    const server = await lineServer();
    const sample = startSample('wordCount', '127.0.0.1', String(server.port));
    const [socket] = await server.connected;
    socket?.write('the owl and the cat\n');
    await sample.printed('| the |     2 |');
    socket?.write('the sea\n');
    await sample.printed('| the |     3 |');
    await Promise.all(queries.active.map((query) => query.stop()));
    expectAsInReadme('wordCount', await sample.ended);
    socket?.destroy();
    server.close();
  }, 30_000);
});
