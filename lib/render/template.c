/* SPDX-License-Identifier: MIT */
/* Rendering: the steps of a template walked over a stack of views. */
#include "render/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/embedded.h"
#include "render/template_parse.h"
#include "render/value.h"

struct render {
	const struct template *template;
	struct buf *out;
	struct err *err;
	const struct view *views[1 + TEMPLATE_DEPTH]; /* outermost first */
	size_t depth;
};

static const struct value *find_in_view(const struct view *view, const struct step *step)
{
	for (size_t i = 0; i < view->count; i++) {
		const char *name = view->values[i].name;

		if (!strncmp(name, step->text, step->len) && !name[step->len])
			return &view->values[i];
	}
	return NULL;
}

/* NULL after an error. */
static const struct value *find_value(struct render *render, const struct step *step)
{
	const struct value *value = NULL;

	for (size_t i = render->depth; i > 0 && !value; i--)
		value = find_in_view(render->views[i - 1], step);
	if (!value)
		err_at(render->err, step->pos, "unknown name '%.*s'", (int)step->len,
			step->text);
	return value;
}

static int render_value(struct render *render, const struct step *step)
{
	const bool is_escaped = step->type != STEP_VALUE;
	const struct value *value = find_value(render, step);

	if (!value)
		return -1;
	const char *mistake = value_mistake(value, is_escaped);
	if (mistake)
		return err_at(render->err, step->pos, "'%s' %s", value->name, mistake);
	if (step->type == STEP_SHELL)
		value_print_shell(value, render->out);
	else if (step->type == STEP_YAML)
		value_print_yaml(value, render->out);
	else
		value_print(value, render->out);
	return 0;
}

static int render_steps(struct render *render, size_t from, size_t to);

static int render_items(struct render *render, const struct value *value, size_t at)
{
	struct view item;
	int result = 0;

	render->views[render->depth++] = &item;
	for (size_t i = 0; i < value->list.count && !result; i++) {
		item.count = 0;
		value->list.item(value->list.context, i, &item);
		result = render_steps(render, at + 1, render->template->steps[at].end);
	}
	render->depth--;
	return result;
}

static int render_section(struct render *render, size_t at)
{
	const struct step *step = &render->template->steps[at];
	const struct value *value = find_value(render, step);

	if (!value)
		return -1;
	if (value->type != VALUE_LIST && value->type != VALUE_FLAG)
		return err_at(render->err, step->pos,
			"'%s' is neither a list nor a flag and opens no section",
			value->name);
	const bool is_list = value->type == VALUE_LIST;
	const bool is_on = is_list ? value->list.count > 0 : value->flag;
	if (is_on == (step->type == STEP_INVERTED))
		return 0;
	if (is_list && is_on)
		return render_items(render, value, at);
	return render_steps(render, at + 1, step->end);
}

static int render_steps(struct render *render, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct step *step = &render->template->steps[i];
		int result = 0;

		switch (step->type) {
		case STEP_TEXT:
			buf_add_mem(render->out, step->text, step->len);
			break;
		case STEP_VALUE:
		case STEP_SHELL:
		case STEP_YAML:
			result = render_value(render, step);
			break;
		case STEP_SECTION:
		case STEP_INVERTED:
			result = render_section(render, i);
			i = step->end;
			break;
		case STEP_END:
			break;
		}
		if (result < 0)
			return -1;
	}
	return 0;
}

int template_render_source(const struct source *source, const struct view *view,
	struct buf *out, struct err *err)
{
	CLEANUP(template_release) struct template template = TEMPLATE_INIT;
	struct render render = {.template = &template, .out = out, .err = err};
	const size_t before = out->len;

	if (template_parse(source, &template, err) < 0)
		return -1;
	render.views[render.depth++] = view;
	if (render_steps(&render, 0, template.count) < 0) {
		buf_truncate(out, before);
		return -1;
	}
	return 0;
}

static int compare_name(const void *name, const void *embedded)
{
	return strcmp(name, ((const struct embedded *)embedded)->name);
}

struct source template_source(const char *name)
{
	const struct embedded *found = bsearch(name, embedded_files, embedded_count,
		sizeof(embedded_files[0]), compare_name);

	if (!found) {
		fprintf(stderr, "wgctl: there is no template '%s'\n", name);
		abort();
	}
	return (struct source){found->name, found->data, found->len};
}

int template_render(
	const char *name, const struct view *view, struct buf *out, struct err *err)
{
	const struct source source = template_source(name);

	return template_render_source(&source, view, out, err);
}
