import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router-dom';
import { yamlQuery } from '../../api/configuration';
import { useInstance } from '../../api/instances';
import { QueryBoundary } from '../../components/QueryBoundary';
import { cloneOf, cloneYaml } from './clone';
import { EMPTY_FORM } from './form';
import { templateOf } from './templates';
import { Wizard } from './Wizard';

export default function CreateView() {
  const [parameters] = useSearchParams();
  const clone = parameters.get('clone');
  const template = templateOf(parameters.get('template'));
  return (
    <>
      <Anchor component={Link} to="/" size="sm">
        ← Fleet
      </Anchor>
      {clone === null ? (
        <Wizard
          key={template?.id}
          title="New instance"
          form={template ? { ...EMPTY_FORM, name: template.name } : EMPTY_FORM}
          yaml={template?.yaml}
        />
      ) : (
        <CloneWizard id={clone} />
      )}
    </>
  );
}

function CloneWizard({ id }: { id: string }) {
  const instance = useInstance(id);
  const yaml = useQuery(yamlQuery(id));
  return (
    <QueryBoundary query={instance}>
      {(found) => (
        <QueryBoundary query={yaml}>
          {({ text }) => <Wizard title={`Clone ${found.name}`} form={cloneOf(found)} yaml={cloneYaml(text)} />}
        </QueryBoundary>
      )}
    </QueryBoundary>
  );
}
