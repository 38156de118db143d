/**
 * Abbreviations of time zones as the IANA database has them, where the runtime's own names are
 * others or none: a zone, and its abbreviation at an offset from UTC in hours.
 */

const ROWS: readonly (readonly [zones: string, names: Readonly<Record<string, string>>])[] = [
  ['America/Adak America/Atka US/Aleutian', { '-10': 'HST', '-9': 'HDT' }],
  ['America/Dawson America/Hermosillo America/Mazatlan America/Whitehorse', { '-7': 'MST' }],
  ['Canada/Yukon Mexico/BajaSur', { '-7': 'MST' }],
  ['America/Havana Cuba', { '-5': 'CST', '-4': 'CDT' }],
  ['America/St_Johns Canada/Newfoundland', { '-3.5': 'NST', '-2.5': 'NDT' }],
  ['Antarctica/Casey', { '8': '+08' }],
  ['Antarctica/Troll', { '0': '+00' }],
  ['Asia/Shanghai Asia/Chongqing Asia/Chungking Asia/Harbin PRC', { '8': 'CST' }],
  ['Asia/Taipei Asia/Macau Asia/Macao ROC', { '8': 'CST' }],
  ['Asia/Hong_Kong Hongkong', { '8': 'HKT' }],
  ['Asia/Tokyo Japan', { '9': 'JST' }],
  ['Asia/Seoul Asia/Pyongyang ROK', { '9': 'KST' }],
  ['Asia/Manila', { '8': 'PST' }],
  ['Asia/Jakarta Asia/Pontianak', { '7': 'WIB' }],
  ['Asia/Makassar Asia/Ujung_Pandang', { '8': 'WITA' }],
  ['Asia/Jayapura', { '9': 'WIT' }],
  ['Asia/Karachi', { '5': 'PKT' }],
  ['Asia/Colombo', { '5.5': '+0530' }],
  ['Asia/Dubai Asia/Muscat', { '4': '+04' }],
  ['Asia/Jerusalem Asia/Tel_Aviv Israel', { '2': 'IST', '3': 'IDT' }],
  ['Australia/Eucla', { '8.75': '+0845' }],
  ['Australia/Lord_Howe Australia/LHI', { '10.5': '+1030', '11': '+11' }],
  ['Pacific/Chatham NZ-CHAT', { '12.75': '+1245', '13.75': '+1345' }],
  ['Pacific/Guam Pacific/Saipan', { '10': 'ChST' }],
  ['Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa', { '-11': 'SST' }],
  ['Europe/Dublin Eire', { '0': 'GMT', '1': 'IST' }],
  ['Europe/Guernsey Europe/Isle_of_Man Europe/Jersey', { '0': 'GMT', '1': 'BST' }],
  ['Europe/Moscow Europe/Kirov Europe/Simferopol Europe/Volgograd W-SU', { '3': 'MSK' }],
  ['Etc/GMT GMT GMT+0 GMT-0 GMT0', { '0': 'GMT' }],
  ['MET', { '1': 'MET', '2': 'MEST' }],
];

const NAMES: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  ROWS.flatMap(([zones, names]) => zones.split(' ').map((zone) => [zone, names] as const)),
);

/** The abbreviation of a zone at an offset in seconds; undefined where the runtime knows it. */
export function zoneName(zone: string, offset: number): string | undefined {
  return NAMES.get(zone)?.[String(offset / 3600)];
}
