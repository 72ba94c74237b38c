import { once } from 'node:events';
import { get } from 'node:http';

/** Hears what a server tells its pages; `count`: pieces of it since the snapshot. */
export async function listen(url) {
  const request = get(new URL('events', url));
  const [response] = await once(request, 'response');
  const heard = { count: 0, close: () => request.destroy() };
  await once(response, 'data');
  response.on('data', () => {
    heard.count += 1;
  });
  request.on('error', () => undefined); // it is this side that closes it
  return heard;
}
