import { expect, it } from 'vitest';

import { countBySeverity } from './count-severities.ts';

it('counts every severity, those without findings too', () => {
  const findings = (['HIGH', 'SEVERITY_UNSPECIFIED', 'HIGH'] as const).map((severity) => ({
    severity,
  }));
  expect(countBySeverity(findings)).toEqual({
    SEVERITY_UNSPECIFIED: 1,
    MINIMAL: 0,
    LOW: 0,
    MEDIUM: 0,
    HIGH: 2,
    CRITICAL: 0,
  });
});
