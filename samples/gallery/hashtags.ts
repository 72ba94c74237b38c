/**
 * The most popular hashtags in windows of five minutes that start every minute.
 *
 *     npm run sample -- hashtags
 */
import {
  aggregate,
  asc,
  consoleSink,
  desc,
  explode,
  groupByKey,
  limit,
  memoryStream,
  orderBy,
  readStream,
  select,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const posts = memoryStream<{ at: Date; text: string }>();

const popular = readStream(posts).pipe(
  withWatermark((post) => post.at, '10 minutes'),
  explode(
    (post) => post.text.match(/#\p{L}+/gu),
    (_post, tag) => tag.toLowerCase(),
  ),
  groupByKey((tag) => tag),
  window('5 minutes', { slide: '1 minute' }),
  aggregate((rows) => ({ posts: rows.count() })),
  // The newest window first, and in it the most popular tag.
  orderBy(
    desc((row) => row.window.start),
    desc((row) => row.posts),
    asc((row) => row.key),
  ),
  select(({ window, key, posts }) => ({ from: window.start, tag: key, posts })),
  limit(5),
);
const query = writeStream(popular, { sink: consoleSink(), outputMode: 'complete' });

posts.addData({ at: at('12:00:10'), text: 'first #Sun of the year' });
posts.addData({ at: at('12:00:30'), text: '#sun and #tea' }, { at: at('12:01:05'), text: '#tea' });
await query.processAllAvailable();
posts.addData({ at: at('12:02:40'), text: '#rain again' }, { at: at('12:02:55'), text: '#Rain' });
posts.addData({ at: at('12:01:50'), text: 'still #sun here' }); // out of order
await query.processAllAvailable();
await query.stop();
