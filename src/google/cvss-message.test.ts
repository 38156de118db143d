import { expect, it } from 'vitest';
import { cvssOf } from '../domain/cvss.ts';
import { cvssToGrafeas } from './cvss-message.ts';

it.each([
  [
    'CVSS 3, in the field of occurrences',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:L/A:N/E:P',
    {
      cvssVersion: 'CVSS_VERSION_3',
      cvssv3: {
        baseScore: 7.5,
        attackVector: 'ATTACK_VECTOR_NETWORK',
        attackComplexity: 'ATTACK_COMPLEXITY_LOW',
        privilegesRequired: 'PRIVILEGES_REQUIRED_NONE',
        userInteraction: 'USER_INTERACTION_REQUIRED',
        scope: 'SCOPE_CHANGED',
        confidentialityImpact: 'IMPACT_HIGH',
        integrityImpact: 'IMPACT_LOW',
        availabilityImpact: 'IMPACT_NONE',
      },
    },
  ],
  [
    'CVSS 2',
    'AV:L/AC:M/Au:S/C:P/I:C/A:N',
    {
      cvssVersion: 'CVSS_VERSION_2',
      cvssV2: {
        baseScore: 7.5,
        attackVector: 'ATTACK_VECTOR_LOCAL',
        attackComplexity: 'ATTACK_COMPLEXITY_MEDIUM',
        authentication: 'AUTHENTICATION_SINGLE',
        confidentialityImpact: 'IMPACT_PARTIAL',
        integrityImpact: 'IMPACT_COMPLETE',
        availabilityImpact: 'IMPACT_NONE',
      },
    },
  ],
  [
    'CVSS 4, without its supplemental metrics',
    'CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:L/VA:N/SC:N/SI:N/SA:H/S:P',
    {
      cvssVersion: 'CVSS_VERSION_4',
      cvssV4: {
        baseScore: 7.5,
        attackVector: 'ATTACK_VECTOR_PHYSICAL',
        attackComplexity: 'ATTACK_COMPLEXITY_HIGH',
        attackRequirements: 'ATTACK_REQUIREMENTS_PRESENT',
        privilegesRequired: 'PRIVILEGES_REQUIRED_HIGH',
        userInteraction: 'USER_INTERACTION_ACTIVE',
        vulnerableSystemConfidentialityImpact: 'IMPACT_HIGH',
        vulnerableSystemIntegrityImpact: 'IMPACT_LOW',
        vulnerableSystemAvailabilityImpact: 'IMPACT_NONE',
        subsequentSystemConfidentialityImpact: 'IMPACT_NONE',
        subsequentSystemIntegrityImpact: 'IMPACT_NONE',
        subsequentSystemAvailabilityImpact: 'IMPACT_HIGH',
      },
    },
  ],
])('tells %s', (_fact, cvssVector, wanted) => {
  expect(cvssToGrafeas(cvssOf({ cvssScore: 7.5, cvssVector }), 'cvssv3')).toEqual(wanted);
});

it('tells nothing without a vector, or of another version', () => {
  expect(cvssToGrafeas({ score: 7.5 }, 'cvssV3')).toEqual({});
  expect(cvssToGrafeas(undefined, 'cvssV3')).toEqual({});
  expect(cvssToGrafeas({ score: 7.5, version: '5.0', vector: 'CVSS:5.0/AV:N' }, 'cvssV3')).toEqual(
    {},
  );
});
