import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from './client';
import type { NewWebhook } from './types';

export const platformsQuery = queryOptions({
  queryKey: ['platforms'],
  queryFn: () => dataOf(api.GET('/api/server/platforms')),
});

export const healthQuery = queryOptions({ queryKey: ['health'], queryFn: () => dataOf(api.GET('/api/health')) });

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: () => dataOf(api.GET('/api/webhooks')),
});

export const deliveriesQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['webhooks', webhookId, 'deliveries'],
    queryFn: () => dataOf(api.GET('/api/webhooks/{webhookId}/deliveries', { params: { path: { webhookId } } })),
  });

export const createWebhook = (body: NewWebhook) => dataOf(api.POST('/api/webhooks', { body }));
export const replaceWebhook = (webhookId: string, body: NewWebhook) =>
  dataOf(api.PUT('/api/webhooks/{webhookId}', { params: { path: { webhookId } }, body }));
export const deleteWebhook = (webhookId: string) =>
  dataOf(api.DELETE('/api/webhooks/{webhookId}', { params: { path: { webhookId } } }));
export const testWebhook = (webhookId: string) =>
  dataOf(api.POST('/api/webhooks/{webhookId}/test', { params: { path: { webhookId } } }));
