import {
  memorySink,
  memoryStream,
  readStream,
  union,
  where,
  withWatermark,
  writeStream,
} from '../../index.js';
import { drawPlan } from '../../lib/page/drawPlan.js';

function drawn(stream: Parameters<typeof writeStream>[0]) {
  const query = writeStream(stream, { sink: memorySink() });
  const plan = drawPlan(query.internals.setup);
  void query.stop();
  return plan;
}

describe('the drawing of a plan', () => {
  it('goes from the source to the sink, one layer each', () => {
    const plan = drawn(
      readStream(memoryStream<{ t: number }>()).pipe(
        where(() => true),
        withWatermark((row) => row.t, '90 minutes'),
      ),
    );
    expect(plan.nodes.map(({ id, layer, lane }) => [id, layer, lane])).toEqual([
      ['source-0', 0, 0],
      ['where-0', 1, 0],
      ['withWatermark-0', 2, 0],
      ['sink', 3, 0],
    ]);
    expect(plan.edges).toEqual([
      ['source-0', 'where-0'],
      ['where-0', 'withWatermark-0'],
      ['withWatermark-0', 'sink'],
    ]);
    expect(plan.nodes[2]?.detail).toBe('waits 90 min for late rows');
  });

  it('puts sources one below the other and what joins them between', () => {
    const [a, b] = [readStream(memoryStream<number>()), readStream(memoryStream<number>())];
    const plan = drawn(
      a.pipe(
        where(() => true),
        union(b),
      ),
    );
    expect(plan.lanes).toBe(2);
    expect(plan.nodes.find(({ kind }) => kind === 'union')).toMatchObject({ layer: 2, lane: 0.5 });
  });

  it('draws a stream that is used twice once', () => {
    const a = readStream(memoryStream<number>());
    const plan = drawn(
      a.pipe(
        where(() => true),
        union(a),
      ),
    );
    expect(plan.nodes.filter(({ kind }) => kind === 'source')).toHaveLength(1);
    const places = plan.nodes.map(({ layer, lane }) => `${layer} ${lane}`);
    expect(new Set(places).size).toBe(places.length);
  });
});
