import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureVariable, compileTemplate } from './http-template.ts';
import { API_METHODS, matchMethod } from './methods.ts';
import { addRoute, createRouteTree, findRoutes } from './route-tree.ts';

/** What a path captures of one template. */
function match(text: string, path: string): Record<string, string> | undefined {
  const template = compileTemplate(text);
  const tree = createRouteTree<string>();
  addRoute(tree, template, text);
  const [found] = findRoutes(tree, path);
  if (found === undefined) return undefined;
  return Object.fromEntries(
    template.variables.map((variable) => [
      variable.path.join('.'),
      captureVariable(template, variable, found.segments),
    ]),
  );
}

describe('path templates', () => {
  it.each([
    [
      'one segment',
      '/v1/{name=projects/*/notes/*}',
      '/v1/projects/p/notes/n',
      'projects/p/notes/n',
    ],
    ['a plain variable', '/v1/{name}', '/v1/x', 'x'],
    ['a collection', '/v1/{parent=projects/*}/notes', '/v1/projects/p/notes', 'projects/p'],
    ['its trailing slash', '/v1/{parent=projects/*}/notes', '/v1/projects/p/notes/', 'projects/p'],
    ['a verb', '/v1/{r=projects/*}:go', '/v1/projects/p:go', 'projects/p'],
    [
      'a domain-scoped project',
      '/v1/{r=projects/*/policy}',
      '/v1/projects/a.b:p/policy',
      'projects/a.b:p/policy',
    ],
    [
      'percent-encoding',
      '/v1/{n=projects/*/notes/*}',
      '/v1/projects/p/notes/%C3%A9%20x',
      'projects/p/notes/é x',
    ],
    [
      'an encoded slash stays',
      '/v1/{n=projects/*/notes/*}',
      '/v1/projects/p/notes/a%2Fb',
      'projects/p/notes/a%2Fb',
    ],
    [
      'double slashes in **, before a verb',
      '/v1beta1/{name=projects/*/resources/**}:exportSBOM',
      '/v1beta1/projects/P/resources/https://H/P/repo/img@sha256:D:exportSBOM',
      'projects/P/resources/https://H/P/repo/img@sha256:D',
    ],
  ])('match %s', (_name, template, path, want) => {
    expect(Object.values(match(template, path) ?? {})).toEqual([want]);
  });

  it.each([
    ['an empty segment', '/v1/{name=projects/*/notes/*}', '/v1/projects//notes/n'],
    ['a missing segment', '/v1/{name=projects/*/notes/*}', '/v1/projects/p/notes'],
    ['another verb', '/v1/{name=projects/*/notes/*}', '/v1/projects/p/notes/n:getIamPolicy'],
    ['a trailing slash on a resource', '/v1/{name=projects/*/notes/*}', '/v1/projects/p/notes/n/'],
    ['two trailing slashes', '/v1/{parent=projects/*}/notes', '/v1/projects/p/notes//'],
    ['a dot that is another character', '/v1/{parent=a.b/*}/notes', '/v1/axb/c/notes'],
    ['a longer path', '/v1/{name=projects/*}', '/v1/projects/p/x'],
  ])('refuse %s', (_name, template, path) => {
    expect(match(template, path)).toBeUndefined();
  });

  it.each(['v1/x', '/v1/{a', '/v1/{a=b*c}', '/v1/a b'])('cannot be compiled from %s', (text) => {
    expect(() => compileTemplate(text)).toThrow(/path template/);
  });

  it('name a broken percent-encoding', () => {
    expect(() => match('/v1/{n=projects/*}', '/v1/projects/%E9')).toThrow(
      'the path has a broken percent-encoding in "%E9"; encode it as UTF-8',
    );
  });

  it('give back any encoded segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        fc.pre(!id.includes('/'));
        const path = `/v1/projects/p/notes/${encodeURIComponent(id)}`;
        expect(match('/v1/{n=projects/*/notes/*}', path)).toEqual({ n: `projects/p/notes/${id}` });
      }),
    );
  });
});

describe('methods', () => {
  const find = (verb: string, path: string) => {
    const found = matchMethod(verb, path);
    if (found?.kind !== 'found') return found;
    return [found.method.id, found.resource, found.location];
  };

  it.each([
    [
      'POST',
      '/v1beta1/projects/p/notes/',
      'grafeas.v1beta1.GrafeasV1Beta1.CreateNote',
      'projects/p',
    ],
    ['POST', '/v1/projects/p/notes', 'grafeas.v1.Grafeas.CreateNote', 'projects/p'],
    [
      'GET',
      '/v1beta1/projects/p/notes/n',
      'grafeas.v1beta1.GrafeasV1Beta1.GetNote',
      'projects/p/notes/n',
    ],
    ['PATCH', '/v1/projects/p/notes/n', 'grafeas.v1.Grafeas.UpdateNote', 'projects/p/notes/n'],
    ['DELETE', '/v1/projects/p/notes/n', 'grafeas.v1.Grafeas.DeleteNote', 'projects/p/notes/n'],
    [
      'GET',
      '/v1/projects/p/notes/n/occurrences',
      'grafeas.v1.Grafeas.ListNoteOccurrences',
      'projects/p/notes/n',
    ],
    [
      'GET',
      '/v1beta1/projects/p/occurrences',
      'grafeas.v1beta1.GrafeasV1Beta1.ListOccurrences',
      'projects/p',
    ],
    [
      'GET',
      '/v1/projects/p/occurrences/o/notes',
      'grafeas.v1.Grafeas.GetOccurrenceNote',
      'projects/p/occurrences/o',
    ],
    [
      'GET',
      '/v1/projects/p/occurrences:vulnerabilitySummary',
      'google.devtools.containeranalysis.v1.ContainerAnalysis.GetVulnerabilityOccurrencesSummary',
      'projects/p',
    ],
    [
      'GET',
      '/v1beta1/projects/p/occurrences:vulnerabilitySummary',
      'grafeas.v1beta1.GrafeasV1Beta1.GetVulnerabilityOccurrencesSummary',
      'projects/p',
    ],
    [
      'POST',
      '/v1/projects/p/notes:batchCreate',
      'grafeas.v1.Grafeas.BatchCreateNotes',
      'projects/p',
    ],
    [
      'POST',
      '/v1beta1/projects/p/occurrences:batchCreate',
      'grafeas.v1beta1.GrafeasV1Beta1.BatchCreateOccurrences',
      'projects/p',
    ],
    [
      'PATCH',
      '/v1/projects/p/occurrences/o',
      'grafeas.v1.Grafeas.UpdateOccurrence',
      'projects/p/occurrences/o',
    ],
    [
      'PUT',
      '/v1alpha2/projects/p/policy',
      'google.cloud.binaryauthorization.v1alpha2.BinauthzManagementServiceV1Alpha2.UpdatePolicy',
      'projects/p/policy',
    ],
    [
      'POST',
      '/v1/projects/p/attestors/a:validateAttestationOccurrence',
      'google.cloud.binaryauthorization.v1.ValidationHelperV1.ValidateAttestationOccurrence',
      'projects/p/attestors/a',
    ],
  ])('%s %s', (verb, path, id, resource) => {
    expect(find(verb, path)).toEqual([id, resource, undefined]);
  });

  it('name one resource with and without a location', () => {
    expect(find('GET', '/v1/projects/p/locations/us/notes/n')).toEqual([
      'grafeas.v1.Grafeas.GetNote',
      'projects/p/notes/n',
      'us',
    ]);
    expect(find('GET', '/v1/projects/p/locations/us/occurrences')).toEqual([
      'grafeas.v1.Grafeas.ListOccurrences',
      'projects/p',
      'us',
    ]);
  });

  it('tell a wrong verb from an unknown path', () => {
    expect(matchMethod('PUT', '/v1/projects/p/attestors')).toEqual({
      kind: 'wrong-verb',
      allowed: ['POST', 'GET'],
    });
    expect(matchMethod('GET', '/v1alpha2/projects/p/notes')).toBeUndefined();
    expect(matchMethod('GET', '/v2/projects/p/notes')).toBeUndefined();
    expect(matchMethod('GET', '/v1/projects/p/notes/n:getAnything')).toBeUndefined();
    expect(matchMethod('GET', '/v1/projects/p/notes/n:getIamPolicy')).toEqual({
      kind: 'wrong-verb',
      allowed: ['POST'],
    });
    expect(matchMethod('GET', '')).toBeUndefined();
  });

  it.each([
    ['POST', '/v1/projects/p/notes/n:getIamPolicy', 'ContainerAnalysis.GetIamPolicy'],
    ['GET', '/v1alpha2/projects/p/attestors/a:getIamPolicy', 'IAMPolicy.GetIamPolicy'],
    ['POST', '/v1beta1/projects/p/policy:setIamPolicy', 'IAMPolicy.SetIamPolicy'],
    ['GET', '/v1alpha2/locations/global/policy', 'SystemPolicyV1Alpha2.GetSystemPolicy'],
    ['GET', '/v1beta1/projects/p/locations/us/notes/n', 'GrafeasV1Beta1.GetNote'],
    ['POST', '/v1/projects/p/services:batchEnable', 'ServiceUsage.BatchEnableServices'],
    ['GET', '/v1/projects/p/services/containeranalysis.googleapis.com', 'ServiceUsage.GetService'],
    ['GET', '/v1/operations/noop.1', 'Operations.GetOperation'],
    [
      'GET',
      '/v1/projects/p/locations/us/repositories/r/packages/img/versions/sha256:0a1b',
      'ArtifactRegistry.GetVersion',
    ],
    [
      'POST',
      '/v1beta1/projects/P/resources/https://H/P/repo/img@sha256:D:exportSBOM',
      'ContainerAnalysisV1Beta1.ExportSBOM',
    ],
  ])('%s %s is %s', (verb, path, id) => {
    const found = matchMethod(verb, path);
    expect(found?.kind === 'found' && found.method.id.endsWith(`.${id}`)).toBe(true);
  });

  it.each([
    ['/v1/projects/p/platforms/gke/policies/x', 'platform policies'],
    ['/v1alpha2/projects/p/continuousValidationConfig', 'continuous validation'],
    ['/v1/projects/p/locations/us/scans:analyzePackages', 'on-demand scanning'],
    ['/v1/projects/p/locations/us/keyRings/r/cryptoKeys/k', 'key management (KMS)'],
  ])('%s is left for later: %s', (path, what) => {
    expect(matchMethod('POST', path)).toEqual({ kind: 'left-out', what });
  });

  it('have unique ids, and one of them for each path', () => {
    expect(new Set(API_METHODS.map(({ id }) => id)).size).toBe(API_METHODS.length);
    expect(
      API_METHODS.every(({ permission }) => /^$|^\w+\.(\w+|\*)\.\w+$/.test(permission ?? '')),
    ).toBe(true);
  });
});
