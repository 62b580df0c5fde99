package umlaut.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.util.List;
import umlaut.block.ImageException;

/** What {@code umlaut image inspect} shows. */
final class Description {
    private Description() {}

    static String of(ImageStore.Image image, List<String> guests) {
        ImageConfig config = image.config();
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.setPrettyPrinter(new DefaultPrettyPrinter());
            out.writeStartObject();
            out.writeStringField("Name", image.name());
            out.writeStringField("Created", config.created());
            out.writeStringField("Source", config.source());
            out.writeStringField("Digest", config.digest());
            out.writeStringField("Disk", image.disk().toString());
            out.writeNumberField("Size", Files.size(image.disk()));
            out.writeNumberField("OnDisk", image.bytesOnHost());
            list(out, "Guests", guests);
            out.writeObjectFieldStart("Config");
            list(out, "Env", config.environment());
            list(out, "Entrypoint", config.entrypoint());
            list(out, "Cmd", config.command());
            out.writeStringField("WorkingDir", config.workDir());
            out.writeStringField("User", config.user());
            out.writeEndObject();
            out.writeEndObject();
        } catch (IOException e) {
            throw new ImageException("image '" + image.name() + "' is damaged: " + Failure.reason(e));
        }
        return text + "\n";
    }

    private static void list(JsonGenerator out, String name, List<String> values) throws IOException {
        out.writeArrayFieldStart(name);
        for (String value : values) {
            out.writeString(value);
        }
        out.writeEndArray();
    }
}
