/**
 * Which requests go through a proxy, as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say it and as other
 * clients of registries read them. What is on this machine is never asked of a proxy.
 */
import { AssayError } from '../domain/error.ts';
import { isLoopbackHost } from '../domain/loopback.ts';

/** Proxies by scheme of the request, and the hosts that are reached without them. */
export interface ProxyRule {
  readonly https?: URL;
  readonly http?: URL;
  /** `*`, a host, `.domain`, or either with `:PORT`; a host stands for what is below it too. */
  readonly except: readonly string[];
}

/** Reads the variables; undefined: none names a proxy. Refuses one that is no http or https URL. */
export function readProxyRule(env: NodeJS.ProcessEnv): ProxyRule | undefined {
  const https = readProxy(env, 'HTTPS_PROXY');
  const http = readProxy(env, 'HTTP_PROXY');
  if (https === undefined && http === undefined) return undefined;
  const except = (valueOf(env, 'NO_PROXY') ?? '').split(/[\s,]+/).filter((one) => one !== '');
  return { ...(https && { https }), ...(http && { http }), except };
}

/** The proxy for a URL; undefined: it is called directly. */
export function proxyFor(rule: ProxyRule, url: URL): URL | undefined {
  const proxy = url.protocol === 'https:' ? rule.https : rule.http;
  if (proxy === undefined || isLoopbackHost(url.hostname)) return undefined;
  return rule.except.some((one) => isExcepted(one.toLowerCase(), url)) ? undefined : proxy;
}

function isExcepted(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const [, name = '', wanted] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (name === '' || (wanted !== undefined && wanted !== port)) return false;
  return url.hostname === name || url.hostname.endsWith(`.${name}`);
}

function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

function readProxy(env: NodeJS.ProcessEnv, name: string): URL | undefined {
  const text = valueOf(env, name);
  if (text === undefined) return undefined;
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  // Its text stays out: a proxy's URL may hold a password.
  throw new AssayError('invalid-argument', `${name} is no http or https URL; give one or unset it`);
}
