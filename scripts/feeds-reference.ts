/**
 * The reference page of what is fetched and measured, made of the tables of sources and of measures:
 * run it to write the page; a test holds the page against the tables.
 */
import { writeFileSync } from 'node:fs';
import {
  DEFAULT_ECOSYSTEMS,
  FEED_NAMES,
  type FeedForm,
  feedOf,
} from '../src/operations/feed-table.ts';
import { METRICS } from '../src/operations/read-metrics.ts';

const HEAD = `# Sources of advisories, and metrics

What \`assay advisories update\` and \`assay serve\` fetch, and what \`/metrics\` tells; this page is
made from the tables by \`node scripts/feeds-reference.ts\`. How to use both:
[keep advisories fresh](../how-to/keep-advisories-fresh.md).

## Sources
`;

const CHANGES: Readonly<Record<FeedForm, string>> = {
  'osv-bucket': 'its indexes `modified_id.csv`, of all and of each ecosystem; `ETag`',
  file: '`ETag` and `Last-Modified`',
  'rpm-repository': 'the hash in `repodata/repomd.xml`',
  'csaf-folder': '`changes.csv` and `deletions.csv`; `ETag`',
};

const WHEN = { always: 'always', named: 'where it is named' } as const;

/** The page over the tables. */
export function formatFeedsReference(): string {
  const sources = FEED_NAMES.map((name) => {
    const { title, url, form, cap, unasked } = feedOf(name);
    const when = typeof unasked === 'string' ? WHEN[unasked] : `with images of ${unasked.family}`;
    const most = `${cap / 2 ** 20} MiB`;
    return `| \`${name}\` | ${title} | ${url} | ${CHANGES[form]} | ${when} | ${most} |`;
  });
  const measures = METRICS.map(({ name, kind, labels, help }) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${kind} | ${named} | ${help} |`;
  });
  const usual = DEFAULT_ECOSYSTEMS.join(', ');
  return [
    HEAD,
    '| Name | What it is | Default address | Changes are told by | Fetched | At most |',
    '| --- | --- | --- | --- | --- | --- |',
    ...sources,
    '',
    `Of OSV these ecosystems are fetched, and those of every image that is known: ${usual}.`,
    '',
    '## Metrics',
    '',
    'Beside those of the process (`process_…`, `nodejs_…`):',
    '',
    '| Name | Kind | Labels | What it tells |',
    '| --- | --- | --- | --- |',
    ...measures,
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/reference/sources-and-metrics.md', import.meta.url);
  writeFileSync(page, formatFeedsReference());
}
