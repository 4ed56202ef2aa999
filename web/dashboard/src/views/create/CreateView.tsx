import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import { yamlQuery } from '../../api/configuration';
import { useInstance, useInstances } from '../../api/instances';
import type { Instance } from '../../api/types';
import { QueryBoundary } from '../../components/QueryBoundary';
import { useTitle } from '../../components/useTitle';
import { cloneOf, cloneYaml } from './clone';
import { EMPTY_FORM } from './form';
import { templateOf } from './templates';
import { Wizard } from './Wizard';

export default function CreateView() {
  const instances = useInstances();
  useTitle(instances.data ? undefined : 'New instance');
  return (
    <>
      <Anchor component={Link} to="/" size="sm">
        ← Fleet
      </Anchor>
      <QueryBoundary query={instances}>{(all) => <Beginning instances={all} />}</QueryBoundary>
    </>
  );
}

function Beginning({ instances }: { instances: Instance[] }) {
  const [parameters] = useSearchParams();
  const clone = parameters.get('clone');
  const template = templateOf(parameters.get('template'));
  const taken = useMemo(() => new Set(instances.map(({ id }) => id)), [instances]);
  if (clone !== null) return <CloneWizard id={clone} taken={taken} />;
  return (
    <Wizard
      key={template?.id}
      title="New instance"
      form={template ? { ...EMPTY_FORM, name: template.name } : EMPTY_FORM}
      yaml={template?.yaml}
      taken={taken}
    />
  );
}

function CloneWizard({ id, taken }: { id: string; taken: ReadonlySet<string> }) {
  const instance = useInstance(id);
  const yaml = useQuery(yamlQuery(id));
  useTitle(instance.data && yaml.data ? undefined : `Clone ${id}`);
  return (
    <QueryBoundary query={instance}>
      {(found) => (
        <QueryBoundary query={yaml}>
          {({ text }) => (
            <Wizard title={`Clone ${found.name}`} form={cloneOf(found)} yaml={cloneYaml(text)} taken={taken} />
          )}
        </QueryBoundary>
      )}
    </QueryBoundary>
  );
}
