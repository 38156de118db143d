/** Which requests go through a proxy. */
import { describe, expect, it } from 'vitest';
import { proxyFor, readProxyRule } from './proxy-rule.ts';

const ENV = { HTTPS_PROXY: 'http://proxy.example:3128', http_proxy: 'plain.example:80' };

function chosen(url: string, except = ''): string | undefined {
  const rule = readProxyRule({ ...ENV, NO_PROXY: except });
  return rule && proxyFor(rule, new URL(url))?.host;
}

describe('proxies of the environment', () => {
  it.each([
    ['https://registry.example/', '', 'proxy.example:3128'],
    ['http://registry.example/', '', 'plain.example'],
    ['https://127.0.0.1:5000/', '', undefined],
    ['https://localhost:5000/', '', undefined],
    ['https://registry.example/', '*', undefined],
    ['https://registry.example/', 'registry.example', undefined],
    ['https://eu.registry.example/', 'registry.example', undefined],
    ['https://eu.registry.example/', '.registry.example', undefined],
    ['https://eu.registry.example/', 'other,*.Registry.example', undefined],
    ['https://notregistry.example/', 'registry.example', 'proxy.example:3128'],
    ['https://registry.example/', 'registry.example:443', undefined],
    ['https://registry.example:5000/', 'registry.example:443', 'proxy.example:3128'],
  ])('%s with NO_PROXY=%s', (url, except, proxy) => {
    expect(chosen(url, except)).toBe(proxy);
  });

  it('there are none where none is named', () => {
    expect(readProxyRule({ NO_PROXY: '*' })).toBeUndefined();
  });

  it.each(['socks5://proxy', 'http://', 'ftp://user:hunter2@proxy'])('refuses %s', (text) => {
    expect(() => readProxyRule({ HTTPS_PROXY: text })).toThrow('HTTPS_PROXY is no http or https');
    expect(() => readProxyRule({ HTTPS_PROXY: text })).not.toThrow('hunter2');
  });
});
