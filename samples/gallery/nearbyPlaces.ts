/**
 * Locations of phones joined with the places near them: a stream with a table, by the cells of a grid.
 *
 *     npm run sample -- nearbyPlaces
 */
import {
  consoleSink,
  explode,
  joinWith,
  memoryStream,
  readStream,
  staticRows,
  writeStream,
} from '../../index.js';

type Point = { readonly lat: number; readonly lon: number };
const cellDegrees = 0.01; // about 1.1 km from south to north
const nearMeters = 400;

const cell = (lat: number, lon: number) =>
  `${Math.floor(lat / cellDegrees)} ${Math.floor(lon / cellDegrees)}`;

/** The cell of a point and the eight around it: whatever is near lies in one of them. */
function cellsAround({ lat, lon }: Point): readonly string[] {
  const steps = [-cellDegrees, 0, cellDegrees];
  return steps.flatMap((south) => steps.map((east) => cell(lat + south, lon + east)));
}

function metersBetween(a: Point, b: Point): number {
  const east = (b.lon - a.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.round(Math.hypot(b.lat - a.lat, east) * 111_195);
}

const places = [
  { name: 'Louvre', lat: 48.8606, lon: 2.3376 },
  { name: 'Pont Neuf', lat: 48.857, lon: 2.3414 },
  { name: 'Pantheon', lat: 48.8462, lon: 2.3464 },
];
const phones = memoryStream<{ phone: string; lat: number; lon: number }>();

const nearby = readStream(phones).pipe(
  explode(
    (location) => cellsAround(location),
    (location, at) => ({ ...location, cell: at }),
  ),
  joinWith(staticRows(places.map((place) => ({ ...place, cell: cell(place.lat, place.lon) }))), {
    type: 'inner',
    on: 'cell',
    where: (location, place) => metersBetween(location, place) <= nearMeters,
    select: (location, place) => ({
      phone: location.phone,
      place: place.name,
      meters: metersBetween(location, place),
    }),
  }),
);
const query = writeStream(nearby, { sink: consoleSink() });

phones.addData({ phone: 'ada', lat: 48.8589, lon: 2.3399 }, { phone: 'bob', lat: 48.87, lon: 2.3 });
await query.processAllAvailable();
phones.addData({ phone: 'ada', lat: 48.8468, lon: 2.3459 });
await query.processAllAvailable();
await query.stop();
