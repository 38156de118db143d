/** What the flags of fetching advisories mean, and what is wrong with others. */
import { describe, expect, it } from 'vitest';
import type { OptionValues } from './cli/command.ts';
import { HOUR, SECOND } from './domain/time.ts';
import { readFeedSettings } from './feed-config.ts';
import { FEED_NAMES, feedOf } from './operations/feed-table.ts';

const place = { data: '/data', stopping: new AbortController().signal };
const read = (options: OptionValues) => readFeedSettings(options, place);

it('without flags everything is where its publisher has it', () => {
  const { offline, folder, urls, sources, ecosystems, every } = read({});
  expect({ offline, folder, sources, ecosystems, every }).toEqual({
    offline: false,
    folder: '/data/mirror',
  });
  expect(urls).toEqual(Object.fromEntries(FEED_NAMES.map((name) => [name, feedOf(name).url])));
  for (const url of Object.values(urls)) expect(url).toMatch(/^https:/);
});

it('flags choose and move sources', () => {
  const given = read({
    osvUrl: 'http://10.0.0.5/osv/',
    feedUrl: 'kev=https://mirror.example/kev.json,epss=https://mirror.example/e?a=b',
    advisoriesSource: ['osv', 'kev'],
    ecosystem: 'Debian,Red Hat',
    advisoriesRefresh: '90s',
    offline: 'true',
  });
  expect(given).toMatchObject({
    offline: true,
    sources: ['osv', 'kev'],
    ecosystems: ['Debian', 'Red Hat'],
    every: 90 * SECOND,
    urls: { osv: 'http://10.0.0.5/osv', kev: 'https://mirror.example/kev.json' },
  });
  expect(given.urls.epss).toBe('https://mirror.example/e?a=b');
  expect(read({ advisoriesRefresh: '6h' }).every).toBe(6 * HOUR);
});

describe('refuses', () => {
  it.each<[string, OptionValues, RegExp]>([
    ['a source that is none', { advisoriesSource: 'nvd' }, /"nvd".*osv/],
    ['an address of a source that is none', { feedUrl: 'nvd=https://x.example' }, /"nvd"/],
    ['an address without a source', { feedUrl: 'https://x.example' }, /no source/],
    ['an address that is none', { osvUrl: 'mirror' }, /--osv-url is no URL/],
    ['a file', { osvUrl: 'file:///srv/osv' }, /http/],
    ['a password in an address', { osvUrl: 'https://a:b@mirror.example/' }, /credentials/],
    ['where clouds hand out credentials', { osvUrl: 'http://169.254.169.254/' }, /metadata/],
    ['a range that is none', { allowFeedHost: '10.0.0.0/99' }, /--allow-feed-host/],
    ['an ecosystem that climbs', { ecosystem: '../etc' }, /--ecosystem/],
    ['a span without a unit', { advisoriesRefresh: '6' }, /--advisories-refresh/],
    ['no span', { advisoriesRefresh: '0s' }, /--offline/],
    ['a span of years', { advisoriesRefresh: '9999d' }, /--advisories-refresh/],
  ])('%s', (_, options, named) => {
    expect(() => read(options)).toThrow(named);
  });

  it('never with the password in what it says', () => {
    const message = ((): string => {
      try {
        return read({ osvUrl: 'https://ada:geheim@mirror.example/' }).urls.osv;
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).toContain('mirror.example');
    expect(message).not.toContain('geheim');
  });
});
