import { get } from 'node:http';

/** A page that looks on, in a process of its own: `reader.js <port>`. Tells on stdout when it is connected. */
get({ host: '127.0.0.1', port: Number(process.argv[2]), path: '/events' }, (response) => {
  console.log('connected');
  response.resume();
  response.once('close', () => process.exit());
}).once('error', () => process.exit(1));
