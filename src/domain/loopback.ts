/** What names this machine and no other: one rule for listeners, registries and tokens. */

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]\d|\d)`;
const LOOPBACK_V4 = new RegExp(String.raw`^127(?:\.${OCTET}){3}$`);

/** Tells whether an IP address is of this machine only: 127.0.0.0/8 or ::1, also mapped to IPv6. */
export function isLoopbackAddress(address: string): boolean {
  const bare = address.startsWith('::ffff:') ? address.slice(7) : address;
  return bare === '::1' || LOOPBACK_V4.test(bare);
}

/** Tells whether a URL's host name is this machine: `localhost` or a loopback address. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return ['localhost', '[::1]', '::1'].includes(host) || LOOPBACK_V4.test(host);
}
