// A webhook while it is written: what is empty means all, or none.
import type { NewWebhook, Webhook } from '../../api/types';

export interface WebhookForm {
  url: string;
  events: string[];
  selector: string;
  instanceId: string;
  secret: string;
  unsigned: boolean; // takes the secret away
  enabled: boolean;
}

export const formOf = (webhook?: Webhook): WebhookForm => ({
  url: webhook?.url ?? '',
  events: webhook?.events?.filter((type) => type !== '*') ?? [],
  selector: webhook?.selector ?? '',
  instanceId: webhook?.instanceId ?? '',
  secret: '',
  unsigned: false,
  enabled: webhook?.enabled ?? true,
});

// The secret is never told: absent, the one there is stays.
export function webhookOf({ url, events, selector, instanceId, secret, unsigned, enabled }: WebhookForm): NewWebhook {
  return {
    url,
    events: events.length === 0 ? ['*'] : events,
    enabled,
    ...(selector === '' ? {} : { selector }),
    ...(instanceId === '' ? {} : { instanceId }),
    ...(unsigned ? { secret: '' } : secret === '' ? {} : { secret }),
  };
}
