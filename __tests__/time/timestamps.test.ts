import fc from 'fast-check';
import { DateTime } from 'luxon';
import { dateParser, timestampParser } from '../../lib/time/timestamps.js';

const utc = timestampParser();
const noon = Date.UTC(2024, 0, 2, 12, 34, 56);

describe('timestampParser', () => {
  it.each([
    ['2024-01-02 12:34:56', noon],
    ['2024-01-02T12:34:56', noon],
    ['2024-01-02T12:34:56Z', noon],
    ['2024-01-02 12:34:56.7', noon + 700],
    ['2024-01-02 12:34:56.78', noon + 780],
    ['2024-01-02T12:34:56.789Z', noon + 789],
    ['2024-01-02 12:34:56.789999', noon + 789],
    ['2024-01-02 12:34:56.123456789Z', noon + 123],
    ['2024-01-02 12:34', noon - 56_000],
    ['2024-01-02 12', Date.UTC(2024, 0, 2, 12)],
    ['2024-01-02T2', Date.UTC(2024, 0, 2, 2)],
    ['2024-1-2 2:3:4', Date.UTC(2024, 0, 2, 2, 3, 4)],
    ['2024-01-02', Date.UTC(2024, 0, 2)],
    ['2024-01', Date.UTC(2024, 0)],
    ['2024', Date.UTC(2024, 0)],
    ['  2024-01-02 12:34:56  ', noon],
    ['2024-01-02T12:34:56+02:00', noon - 7_200_000],
    ['2024-01-02T12:34:56-0530', noon + 19_800_000],
    ['2024-01-02T12:34:56+2', noon - 7_200_000],
    ['2024-01-02 12:34:56 UTC', noon],
    ['2024-01-02 12:34:56 UTC+2', noon - 7_200_000],
    ['2024-01-02 12:34:56 GMT-01:00', noon + 3_600_000],
    ['2024-01-02 12:34:56 Europe/Paris', noon - 3_600_000],
    ['2024-07-02 12:34:56 Europe/Paris', Date.UTC(2024, 6, 2, 10, 34, 56)],
    ['2024-02-29 00:00:00', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['+12345-01-01', Date.UTC(12345, 0)],
    ['+275760-09-13T00:00:00Z', 8.64e15],
    ['-271821-04-20T00:00:00Z', -8.64e15],
    ['0000-01-01', new Date('0000-01-01').getTime()],
  ])('reads %s', (text, ms) => {
    expect(utc(text)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    'now',
    '24-01-02',
    '2024-13-01',
    '2024-00-01',
    '2023-02-29',
    '1900-02-29 00:00:00',
    '2024-04-31 00:00:00',
    '2024-01-02 24:00:00',
    '2024-01-02 24',
    '2024-01-02 123',
    '2024-01-02T',
    '2024-01-02T12Z',
    '2024-01-02 12:60:00',
    '2024-01-02 12:34:60',
    '2024-01-02T',
    '2024-01-02 12:34:56 Mars/Olympus',
    '2024-01-02 12:34:56 local',
    '2024-01-02 12:34:56+19:00',
    '2024-01-02 12:34:56+1:2:3',
    '2024-01-02 12:34:56 foo',
    '2024-01-02x12:34:56',
    '2024/01/02',
    '12:34:56',
    '+275760-09-13T00:00:00.001Z',
    '1999999-01-01',
    '２024-01-02 12:34:56',
    '2024-01-0a 12:34:56',
    '202a-01-02 12:34:56',
    '2024-01-02 12:34:5x',
    '2024-01-02 12:34:56.12x',
  ])('gives NaN for %j', (text) => {
    expect(utc(text)).toBeNaN();
  });

  it('reads text without a zone on the wall clock of timeZone', () => {
    const paris = timestampParser({ timeZone: 'Europe/Paris' });
    expect(paris('2024-01-02 12:34:56')).toBe(noon - 3_600_000);
    expect(paris('2024-07-02 12:34:56')).toBe(Date.UTC(2024, 6, 2, 10, 34, 56));
    expect(paris('2024-01-02 12:34:56Z')).toBe(noon);
    // 2024-03-31 02:00 does not exist: it moves on by the hour that was skipped
    expect(paris('2024-03-31 02:30:00')).toBe(Date.UTC(2024, 2, 31, 1, 30));
    // 2024-10-27 02:30 is there twice: the earlier one, in summer time
    expect(paris('2024-10-27 02:30:00')).toBe(Date.UTC(2024, 9, 27, 0, 30));
    expect(paris('2024-10-27 03:00:00')).toBe(Date.UTC(2024, 9, 27, 2));
    expect(timestampParser({ timeZone: '+05:30' })('2024-01-02 12:34:56')).toBe(noon - 19_800_000);
  });

  it('agrees with luxon in every zone, away from changes of the offset', () => {
    const zones = [
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Casablanca',
      'Europe/London',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 2_000_000_000 }),
        (zone, second) => {
          const time = DateTime.fromSeconds(second, { zone });
          if (time.getPossibleOffsets().length > 1) return;
          expect(timestampParser({ timeZone: zone })(time.toFormat('yyyy-MM-dd HH:mm:ss'))).toBe(
            second * 1000,
          );
        },
      ),
    );
  });

  it('refuses unknown zones and patterns when it is made', () => {
    for (const timeZone of ['', 'Mars/Olympus', 'local', '+25', 'x'.repeat(100)]) {
      expect(() => timestampParser({ timeZone })).toThrow(/timeZone is no time zone/);
    }
    for (const format of [
      '',
      'yyyy-bb',
      "yyyy 'open",
      'yyyy[MM',
      'yyyy]',
      'yyyyyyy',
      'HHH',
      'MMMMM',
      'x'.repeat(6),
    ]) {
      expect(() => timestampParser({ format })).toThrow(/timestampFormat is no date pattern/);
    }
  });
});

describe('patterns', () => {
  it.each([
    ['yyyy-MM-dd HH:mm:ss', '2024-01-02 12:34:56', noon],
    ['dd/MM/yyyy HH:mm', '02/01/2024 12:34', noon - 56_000],
    ['d/M/yy H:m', '2/1/24 12:34', noon - 56_000],
    ['M/d/yyyy h:mm:ss a', '1/2/2024 12:34:56 PM', noon],
    ['M/d/yyyy h:mm:ss a', '1/2/2024 12:34:56 am', noon - 43_200_000],
    ['K:mm a yyyy', '0:30 PM 1970', 45_000_000],
    ['kk:mm yyyy', '24:30 1970', 1_800_000],
    ['yyyy-MM-dd a', '1970-01-01 PM', 43_200_000],
    ['yyyy-MM-dd a', '1970-01-01 AM', 0],
    ['mm a', '15 PM', 44_100_000],
    ['HH a', '13 PM', 46_800_000],
    ['hh', '12', 0],
    ['EEE, dd MMM yyyy HH:mm:ss Z', 'Tue, 02 Jan 2024 12:34:56 +0000', noon],
    ['EEEE dd MMMM yyyy', 'tuesday 02 JANUARY 2024', Date.UTC(2024, 0, 2)],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2024-01-02T12:34:56.789+02:00', noon + 789 - 7_200_000],
    ["yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", '2024-01-02T12:34:56', noon],
    ["yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", '2024-01-02T12:34:56Z', noon],
    ['yyyyMMddHHmmssSSSSSS', '20240102123456789999', noon + 789],
    // What an optional part has read before it did not fit counts for nothing, as in Spark.
    ['[yyyy-MM-dd][dd/MM/yyyy]', '2024-01-02', Date.UTC(2024, 0, 2)],
    ['[yyyy-MM-dd][dd/MM/yyyy]', '02/01/2024', Date.UTC(2024, 0, 2)],
    ['[yyyy-MM-dd][yyyy/MM/dd]', '2024-01-02', Date.UTC(2024, 0, 2)],
    ['MM/dd/yyyy[ HH:mm:ss][ hh:mm a]', '01/02/2024 01:30 PM', Date.UTC(2024, 0, 2, 13, 30)],
    ['HH:mm[:ss.SSS][:ssX]', '12:34:56+02', 38_096_000],
    ['HH:mm[X ][Z]', '12:34+0200', 38_040_000],
    // Spark reads fewer digits of a fraction than the pattern has, but not none and not more.
    ['ss.SSS', '01.12', 1120],
    ['ss.SSSSSS', '01.123', 1123],
    ['ss[.SSSSSS]X', '01.5Z', 1500],
    ['yyyy-DDD', '2024-366', Date.UTC(2024, 11, 31)],
    ["yyyy 'o''clock' HH", "1970 o'clock 01", 3_600_000],
    ["HH''mm", "01'30", 5_400_000],
    ['HH:mm:ss', '00:00:01', 1000],
    ['yyyy-MM-dd HH:mm VV', '2024-07-02 12:34 Europe/Paris', Date.UTC(2024, 6, 2, 10, 34)],
  ])('%s reads %s', (format, text, ms) => {
    expect(timestampParser({ format })(text)).toBe(ms);
  });

  it.each([
    ['yyyy-MM-dd', '2024-1-02'],
    ['yyyy-MM-dd', '2024-01-02 '],
    ['yyyy-MM-dd', '2024-02-30'],
    ['yyyy-DDD', '2023-366'],
    ['yyyy-DDD', '2023-000'],
    ['h a', '13 PM'],
    ['h a', '1 XM'],
    ['HH a', '13 AM'],
    ['HH', '24'],
    ['kk', '00'],
    ['MMM', 'Foo'],
    ['HH:mm Z', '10:00 +99'],
    ['HH:mm z', '10:00 '],
    ['ss.SSS', '01.'],
    ['ss.SS', '01.123'],
    ['EEE, dd/MM/yyyy', 'Thu, 02/01/2024'], // a Tuesday
    ['EEEE yyyy-DDD', 'Monday 2024-366'],
  ])('%s gives NaN for %j', (format, text) => {
    expect(timestampParser({ format })(text)).toBeNaN();
  });

  it('reads what Luxon writes', () => {
    const written = (ms: number, format: string, zone = 'UTC') =>
      DateTime.fromMillis(ms, { zone, locale: 'en' }).toFormat(format);
    const time = fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 });
    const formats = [
      ['yyyy-MM-dd HH:mm:ss.SSS', 'yyyy-MM-dd HH:mm:ss.SSS'],
      ['EEE dd MMM yyyy hh:mm:ss.SSS a', 'EEE dd MMM yyyy hh:mm:ss.SSS a'],
      ['yyyy DDD HH mm ss SSS XXX', 'yyyy ooo HH mm ss SSS ZZ'],
    ] as const;
    fc.assert(
      fc.property(time, fc.constantFrom(...formats), (ms, [format, luxon]) => {
        expect(timestampParser({ format })(written(ms, luxon))).toBe(ms);
        expect(utc(new Date(ms).toISOString())).toBe(ms);
      }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.constantFrom('Europe/Paris', 'America/St_Johns', 'UTC+9:30'),
        (ms, zone) => {
          expect(utc(written(ms, "yyyy-MM-dd'T'HH:mm:ss.SSSZZ", zone))).toBe(ms);
        },
      ),
    );
  });
});

describe('dateParser', () => {
  it('gives 00:00 UTC of a date', () => {
    expect(dateParser()('2024-01-02')).toBe(Date.UTC(2024, 0, 2));
    expect(dateParser()('2024-01-02 12:34:56')).toBe(Date.UTC(2024, 0, 2));
    expect(dateParser()('2024-01-02T23:00:00-10:00')).toBe(Date.UTC(2024, 0, 2));
    expect(dateParser({ format: 'dd.MM.yyyy HH' })('02.01.2024 13')).toBe(Date.UTC(2024, 0, 2));
    const zoned = dateParser({ format: "yyyy-MM-dd'T'HH:mm:ssX" });
    for (const text of ['02T03:04:05+05', '02T03:04:05Z', '02T22:04:05-05']) {
      expect(zoned(`2024-01-${text}`)).toBe(Date.UTC(2024, 0, 2));
    }
    expect(zoned('2024-01-02T03:04:05+25')).toBeNaN();
    for (const bad of ['', '2024-02-30', '2024-01-02x', 'x']) expect(dateParser()(bad)).toBeNaN();
    expect(() => dateParser({ format: 'bb' })).toThrow(/dateFormat is no date pattern/);
  });

  it('reads the date of what Date writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_000_000 }), (day) => {
        const ms = day * 86_400_000;
        expect(dateParser()(new Date(ms).toISOString().slice(0, 10))).toBe(ms);
      }),
    );
  });
});

describe('any text', () => {
  it('is whole ms or NaN, never an exception', () => {
    const piece = fc.constantFrom(
      '2024',
      '-01',
      '-02',
      ' ',
      'T',
      '12',
      ':30',
      '.5',
      'Z',
      '+02:00',
      'UTC',
      'x',
      '-',
      '99999',
    );
    const parsers = [
      utc,
      dateParser(),
      timestampParser({ format: 'yyyy-MM-dd[ HH:mm[:ss]][ a][XXX]', timeZone: 'Europe/Paris' }),
    ];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((p) => p.join('')),
        ),
        (text) => {
          for (const parse of parsers) {
            const ms = parse(text);
            expect(Number.isNaN(ms) || Number.isSafeInteger(ms)).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
