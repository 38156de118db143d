/** Signatures as Standard Webhooks has them, and secrets that are worth the name. */
import { describe, expect, it } from 'vitest';
import { parseWebhookSecret, signatureHeaders } from './webhook-signature.ts';

describe('a signature', () => {
  it('is that of the specification’s reference libraries', () => {
    // The vector of the libraries' own tests (github.com/standard-webhooks, libraries/*/tests).
    const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330 };
    const body = '{"test": 2432232314}';
    const headers = signatureHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { ...signed, body });
    expect(headers).toEqual({
      'webhook-id': signed.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('a secret', () => {
  it.each(['', 'hunter2', 'whsec_aaaa', `whsec_${'!'.repeat(40)}`, 'x'.repeat(600)])(
    '%j is refused, and not repeated',
    (text) => {
      const read = (): unknown => parseWebhookSecret(text);
      expect(read).toThrow(/secret/);
      expect(read).not.toThrow(/hunter2|aaaa|!!!!/);
    },
  );
});
